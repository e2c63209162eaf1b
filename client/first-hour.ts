import type { Step } from './postman.ts';

const accountNamed = (name: string) => `answer.find((each) => each.account_name === '${name}').id`;

const login = (email: string) => `{ "username": "${email}", "password": "{{password}}" }`;

const query = `{
  "source_id": {{source_id}},
  "energy_source": "wind",
  "certificate_bundle_status": "Active",
  "limit": 2
}`;

const transferOfHalf = `{
  "source_id": {{source_id}},
  "target_id": {{target_id}},
  "granular_certificate_bundle_ids": [{{bundle_id}}],
  "certificate_bundle_percentage": 0.5
}`;

const claim = `{
  "source_id": {{target_id}},
  "granular_certificate_bundle_ids": [{{half_id}}]
}`;

const key = { 'Idempotency-Key': 'transfer-of-bundle-{{bundle_id}}' };

const trading: readonly Omit<Step, 'name'>[] = [
  { operation: 'login', status: 200, body: login('trading_user@usermail.com') },
  {
    operation: 'readMyAccounts',
    status: 200,
    keep: { source_id: accountNamed('Test Account'), target_id: accountNamed('Test Account 2') },
  },
  { operation: 'readAccountSummary', status: 200, path: { id: '{{source_id}}' } },
  { operation: 'readAccountDevices', status: 200, path: { id: '{{source_id}}' } },
  {
    operation: 'queryCertificates',
    status: 202,
    body: query,
    keep: { bundle_id: 'answer.granular_certificate_bundles[0].id' },
  },
  { operation: 'transferCertificates', status: 202, query: { dry_run: 'true' }, body: transferOfHalf },
  {
    operation: 'transferCertificates',
    status: 202,
    header: key,
    body: transferOfHalf,
    keep: { half_id: 'answer.resulting_bundle_ids[0]' },
  },
  { operation: 'transferCertificates', status: 202, header: key, body: transferOfHalf },
  {
    operation: 'cancelCertificates',
    status: 202,
    body: `{
  "source_id": {{target_id}},
  "granular_certificate_bundle_ids": [{{half_id}}],
  "beneficiary": "The school at the harbour"
}`,
  },
  { operation: 'claimCertificates', status: 202, body: claim },
  { operation: 'claimCertificates', status: 409, body: claim },
  { operation: 'readCertificate', status: 200, path: { id: '{{half_id}}' } },
  { operation: 'listActions', status: 200, query: { account_id: '{{target_id}}' } },
  { operation: 'listEvents', status: 200, query: { entity_name: 'bundle', entity_id: '{{half_id}}' } },
];

const issuing: readonly Omit<Step, 'name'>[] = [
  { operation: 'login', status: 200, body: login('admin_user@usermail.com') },
  {
    operation: 'createAccount',
    status: 201,
    body: '{ "account_name": "Harbour Wind {{$timestamp}}" }',
    keep: { producer_id: 'answer.id' },
  },
  {
    operation: 'createDevice',
    status: 201,
    body: `{
  "device_name": "Harbour turbine",
  "local_device_identifier": "HARBOUR-{{$timestamp}}",
  "grid": "National Grid",
  "energy_source": "wind",
  "technology_type": "wind_turbine",
  "operational_date": "2020-01-01T00:00:00Z",
  "power_mw": 3,
  "peak_demand": 0,
  "location": "57.14, -2.07",
  "is_storage": false,
  "account_id": {{producer_id}}
}`,
    keep: { turbine_id: 'answer.id' },
  },
  { operation: 'createIssuanceMetadata', status: 201, keep: { metadata_id: 'answer.id' } },
  {
    operation: 'createCertificates',
    status: 201,
    body: `{
  "device_id": {{turbine_id}},
  "metadata_id": {{metadata_id}},
  "bundle_quantity": 2500000,
  "production_starting_interval": "2026-01-12T14:00:00Z",
  "production_ending_interval": "2026-01-12T15:00:00Z"
}`,
  },
  { operation: 'readAccountCertificates', status: 200, path: { id: '{{producer_id}}' } },
];

/** What each step does, in the order of the steps. */
const NAMES = [
  'Log in as a trading user',
  'List your accounts',
  'Summarise an account',
  'List its devices',
  'Query wind certificates',
  'Rehearse a transfer of half a bundle',
  'Transfer half of the bundle',
  'Repeat the request with the same key',
  'Cancel the half for a beneficiary',
  'Claim it',
  'Claim it again, which is refused',
  'Read the bundle',
  'Read the actions of the account',
  'Read the events of the bundle',
  'Log in as an administrator',
  'Open an account for a producer',
  'Register its device',
  'Record issuance metadata',
  'Issue certificates for one hour',
  'List the certificates of the account',
];

/** The steps of `docs/GUIDE.md`, as a folder to run from top to bottom. */
export const firstHour: { name: string; description: string; steps: readonly Step[] } = {
  name: 'The first hour',
  description:
    'The steps of the guide. Run the folder from top to bottom on the sample registry: half of an hour of wind is transferred, cancelled and claimed, and certificates are issued for another device.',
  steps: [...trading, ...issuing].map((step, index) => ({
    ...step,
    name: `${index + 1}. ${NAMES[index]}`,
  })),
};
