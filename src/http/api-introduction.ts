/** The title of the API, of its document and of the pages that show it. */
export const API_TITLE = 'Granular Certificate Registry';

/** The introduction of the API document, in Markdown: both Swagger UI and Redoc show it above the operations. */
export const API_INTRODUCTION = `
Issue, transfer, cancel and claim granular certificates. A certificate represents 1 Wh of energy that one device produced
in one interval, as defined by the EnergyTag GC Scheme Standard. Certificates are held in *bundles*; *accounts* hold bundles.

## Log in to the sample registry

1. Click **Authorize**, enter the e-mail address of a sample user and the password \`registry-demo\`, and confirm.
2. Open an operation and click **Execute**. Every request body is prefilled with an example that succeeds for the
   administrator on newly loaded sample data. Some need another one first: claim a bundle after cancelling it, for example.

| User | Role | Permitted |
|---|---|---|
| \`admin_user@usermail.com\` | Administrator | everything |
| \`production_user@usermail.com\` | Production user | manage accounts, devices and readings; trade |
| \`trading_user@usermail.com\` | Trading user | transfer, cancel and claim certificates |
| \`audit_user@usermail.com\` | Audit user | read |
| \`storage_validator@usermail.com\` | Storage validator | read storage devices |

These users exist only where the sample data has been loaded, for example by \`make demo\`.

## Conventions

- **Authentication.** Send an access token from \`POST /auth/login\`, or an API key, as \`Authorization: Bearer …\`.
- **Errors.** Every error is a problem document (RFC 9457), and nothing has been changed. \`detail\` explains the error, and
  \`errors\` lists the invalid fields. A path that exists answers 405 to other methods; its \`Allow\` header lists the permitted ones.
- **Repeated requests.** Send a \`POST\` with an \`Idempotency-Key\` to repeat it safely: it is executed once, and the stored
  response is returned.
- **Concurrent changes.** Send the \`ETag\` of an entity as \`If-Match\`. If the entity has changed since, the response is 412.
- **Pages.** Pass the \`registry-next-cursor\` header of a response as \`cursor\` to read the next page.
- **Read your writes.** Pass the \`registry-consistency\` header of a write with later requests, and they reflect that write.
- **Energy and time.** Energy is in whole watt-hours, power in megawatts. Timestamps are ISO 8601; without an offset they are UTC.
`.trim();

/** The groups of operations, in the order in which the pages list them. */
export const TAG_DESCRIPTIONS: Readonly<Record<string, string>> = {
  Authentication: 'Log in and out, and manage passwords and API keys.',
  Users: 'Users and their roles.',
  Organisations: 'The organisations that users belong to.',
  Accounts:
    'Accounts hold certificates. A whitelist names the accounts that an account accepts transfers from.',
  Devices: 'The production and storage devices that certificates are issued for.',
  Measurements: 'Meter readings of devices.',
  Certificates: 'Issue certificates, and query bundles, their lineage and their integrity.',
  Actions: 'Transfer, cancel, claim, reserve, lock and withdraw bundles, and read the log of actions.',
  'Recurring actions': 'Transfers and cancellations that the registry repeats on a schedule.',
  Events: 'The journal: every change, in order, protected by a chain of hashes.',
  Core: 'Health of the registry, and administration of the process.',
};
