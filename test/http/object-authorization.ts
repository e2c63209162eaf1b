import type { Role } from '../../src/rules/enums.ts';

/**
 * The statuses for requests about an object: one's own, another user's, one of another user's storage device, a deleted
 * one, and one that never existed. `null`: no such case is tested.
 */
export const CASES = ['own', 'other', 'storage', 'deleted', 'missing'] as const;
export type Case = (typeof CASES)[number];
type Statuses = readonly [
  own: number | null,
  other: number | null,
  storage: number | null,
  deleted: number | null,
  missing: number | null,
];

export type Thing =
  | 'account'
  | 'device'
  | 'measurement'
  | 'user'
  | 'organisation'
  | 'bundle'
  | 'API key'
  | 'recurring action';

export interface Row {
  readonly thing: Thing;
  /** Where the request names it; the last part of the path unless said otherwise. */
  readonly in?: 'body.source_id' | 'body.device_id' | 'body.account_id' | 'query.account_id';
  readonly right: Readonly<Record<Role, Statuses>>;
}

/** The object cannot be reached, whatever it is. */
const HIDDEN: Statuses = [404, 404, 404, 404, 404];

/** The role may not call the operation, not even on its own; `role-matrix.test.ts` tests the same on what does not exist. */
const REFUSED: Statuses = [403, null, null, null, null];

/** A validator sees storage devices of others, and still may not do this to them. */
const REFUSED_VALIDATOR: Statuses = [403, null, 403, null, null];

/** Users read what their accounts hold; an administrator everything; a validator what storage devices have. */
const read = (done: number): Row['right'] => ({
  AUDIT_USER: [done, 404, 404, 404, 404],
  TRADING_USER: [done, 404, 404, 404, 404],
  PRODUCTION_USER: [done, 404, 404, 404, 404],
  ADMIN: [done, done, done, 404, 404],
  STORAGE_VALIDATOR: [404, 404, done, 404, 404],
});

/** Of an account, there is no storage to validate. */
const readAccount = (done: number): Row['right'] => {
  const { STORAGE_VALIDATOR: _, ...others } = read(done);
  return { ...others, STORAGE_VALIDATOR: HIDDEN };
};

/** Traders act for their accounts, administrators for any. */
const act = (done: number): Row['right'] => ({
  AUDIT_USER: REFUSED,
  TRADING_USER: [done, 404, 404, 404, 404],
  PRODUCTION_USER: [done, 404, 404, 404, 404],
  ADMIN: [done, done, done, 404, 404],
  STORAGE_VALIDATOR: REFUSED_VALIDATOR,
});

const produce = (done: number): Row['right'] => ({ ...act(done), TRADING_USER: REFUSED });

/** A reference in the body that is not the caller's: the body is at fault. */
const referTo = (done: number): Row['right'] => ({
  ...produce(done),
  PRODUCTION_USER: [done, 422, 422, 422, 422],
  ADMIN: [done, done, done, 422, 422],
});

const administer = (done: number): Row['right'] => ({
  AUDIT_USER: REFUSED,
  TRADING_USER: REFUSED,
  PRODUCTION_USER: REFUSED,
  ADMIN: [done, done, done, 404, 404],
  STORAGE_VALIDATOR: REFUSED_VALIDATOR,
});

/** A closed account may still be looked into by administrators. */
const lookInto = (done: number): Row['right'] => ({
  ...readAccount(done),
  ADMIN: [done, done, done, done, 404],
});

/** What belongs to nobody is everybody's to read. */
const everybody: Row['right'] = {
  AUDIT_USER: [200, 200, null, 404, 404],
  TRADING_USER: [200, 200, null, 404, 404],
  PRODUCTION_USER: [200, 200, null, 404, 404],
  ADMIN: [200, 200, null, 404, 404],
  STORAGE_VALIDATOR: [200, 200, null, 404, 404],
};

/** Everybody reads and edits oneself, and ends one's own keys. */
const self: Row['right'] = {
  AUDIT_USER: [200, 404, null, 404, 404],
  TRADING_USER: [200, 404, null, 404, 404],
  PRODUCTION_USER: [200, 404, null, 404, 404],
  ADMIN: [200, 200, null, 404, 404],
  STORAGE_VALIDATOR: [200, 404, null, 404, 404],
};

const inSource = { thing: 'account', in: 'body.source_id' } as const;

/** Every operation that is about one thing. */
export const ROWS: Readonly<Record<string, Row>> = {
  readUser: { thing: 'user', right: self },
  updateUser: { thing: 'user', right: self },
  changeUserRole: { thing: 'user', right: administer(200) },
  // Nobody removes oneself.
  deleteUser: { thing: 'user', right: { ...administer(200), ADMIN: [409, 200, null, 404, 404] } },
  changeUserEmail: { thing: 'user', right: administer(200) },
  // One's own is changed, not reset.
  resetUserPassword: { thing: 'user', right: { ...administer(200), ADMIN: [409, 200, null, 404, 404] } },
  deleteApiKey: { thing: 'API key', right: self },
  readOrganisation: { thing: 'organisation', right: everybody },
  updateOrganisation: { thing: 'organisation', right: administer(200) },
  deleteOrganisation: { thing: 'organisation', right: administer(200) },
  readAccount: { thing: 'account', right: readAccount(200) },
  readAccountUsers: { thing: 'account', right: readAccount(200) },
  readAccountWhitelist: { thing: 'account', right: readAccount(200) },
  readAccountWhitelistInverse: { thing: 'account', right: readAccount(200) },
  readAccountSummary: { thing: 'account', right: readAccount(200) },
  readAccountDevices: { thing: 'account', right: readAccount(200) },
  readAccountCertificateDevices: { thing: 'account', right: readAccount(200) },
  readAccountCertificates: { thing: 'account', right: lookInto(200) },
  updateAccount: { thing: 'account', right: act(200) },
  updateAccountWhitelist: { thing: 'account', right: act(200) },
  deleteAccount: { thing: 'account', right: act(200) },
  createDevice: { thing: 'account', in: 'body.account_id', right: referTo(201) },
  readDevice: { thing: 'device', right: read(200) },
  updateDevice: { thing: 'device', right: produce(200) },
  deleteDevice: { thing: 'device', right: produce(200) },
  createMeasurement: { thing: 'device', in: 'body.device_id', right: referTo(201) },
  readMeasurement: { thing: 'measurement', right: read(200) },
  updateMeasurement: { thing: 'measurement', right: produce(200) },
  deleteMeasurement: { thing: 'measurement', right: produce(200) },
  createCertificates: { thing: 'device', in: 'body.device_id', right: administer(201) },
  readCertificate: { thing: 'bundle', right: read(200) },
  readCertificateLineage: { thing: 'bundle', right: read(200) },
  queryCertificates: { ...inSource, right: lookInto(202) },
  queryFullCertificates: { ...inSource, right: lookInto(202) },
  // Administrators see what was tried on accounts that never were.
  listActions: {
    thing: 'account',
    in: 'query.account_id',
    right: { ...readAccount(200), ADMIN: [200, 200, null, 200, 200] },
  },
  transferCertificates: { ...inSource, right: act(202) },
  cancelCertificates: { ...inSource, right: act(202) },
  claimCertificates: { ...inSource, right: act(202) },
  reserveCertificates: { ...inSource, right: act(202) },
  unreserveCertificates: { ...inSource, right: act(202) },
  lockCertificates: { ...inSource, right: administer(202) },
  unlockCertificates: { ...inSource, right: administer(202) },
  withdrawCertificates: { ...inSource, right: administer(202) },
  createRecurringTransfer: { ...inSource, right: act(202) },
  createRecurringCancel: { ...inSource, right: act(202) },
  listRecurringActions: {
    thing: 'account',
    in: 'query.account_id',
    right: { ...readAccount(200), ADMIN: [200, 200, null, 200, 200] },
  },
  deleteRecurringAction: { thing: 'recurring action', right: act(200) },
};

/** Operations that are about no single thing, or about the caller: `role-matrix.test.ts` covers them. */
export const ABOUT_NO_ONE_THING: readonly string[] = [
  'health',
  'ready',
  'changeLogLevel',
  'login',
  'refreshSession',
  'logout',
  'changePassword',
  'requestEmailChange',
  'listEmailChanges',
  'createApiKey',
  'listApiKeys',
  'createUser',
  'readMe',
  'readMyAccounts',
  'listUsers',
  'createOrganisation',
  'listOrganisations',
  'createAccount',
  'listAccounts',
  'listAccountDirectory',
  'listDevices',
  'listMeasurements',
  'createIssuanceMetadata',
  'checkCertificates',
  'listEvents',
  'verifyEvents',
];
