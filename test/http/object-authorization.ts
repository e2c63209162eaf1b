import type { Role } from '../../src/rules/enums.ts';

/**
 * The statuses for requests about a record: one's own, another user's, one of another user's storage device, a deleted
 * one, and an unknown one. `null`: no such case is tested.
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

export type RecordKind =
  | 'account'
  | 'device'
  | 'measurement'
  | 'user'
  | 'organisation'
  | 'bundle'
  | 'API key'
  | 'recurring action';

export interface Row {
  readonly record: RecordKind;
  /** Where the request names the record; by default the last part of the path. */
  readonly in?: 'body.source_id' | 'body.device_id' | 'body.account_id' | 'query.account_id';
  readonly right: Readonly<Record<Role, Statuses>>;
}

/** The record is inaccessible in every case. */
const HIDDEN: Statuses = [404, 404, 404, 404, 404];

/** The role cannot call the operation even on its own record; `role-matrix.test.ts` tests this for unknown ones. */
const REFUSED: Statuses = [403, null, null, null, null];

/** A validator sees the storage devices of others, but cannot do this to them. */
const REFUSED_VALIDATOR: Statuses = [403, null, 403, null, null];

/** Users read what their accounts hold, administrators everything, validators what storage devices have. */
const read = (done: number): Row['right'] => ({
  AUDIT_USER: [done, 404, 404, 404, 404],
  TRADING_USER: [done, 404, 404, 404, 404],
  PRODUCTION_USER: [done, 404, 404, 404, 404],
  ADMIN: [done, done, done, 404, 404],
  STORAGE_VALIDATOR: [404, 404, done, 404, 404],
});

/** An account is not related to a storage device. */
const readAccount = (done: number): Row['right'] => {
  const { STORAGE_VALIDATOR: _, ...others } = read(done);
  return { ...others, STORAGE_VALIDATOR: HIDDEN };
};

/** Trading users act for their accounts, administrators for any. */
const act = (done: number): Row['right'] => ({
  AUDIT_USER: REFUSED,
  TRADING_USER: [done, 404, 404, 404, 404],
  PRODUCTION_USER: [done, 404, 404, 404, 404],
  ADMIN: [done, done, done, 404, 404],
  STORAGE_VALIDATOR: REFUSED_VALIDATOR,
});

const produce = (done: number): Row['right'] => ({ ...act(done), TRADING_USER: REFUSED });

/** A reference in the body to another user's record is an error of the body. */
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

/** Administrators can still read a closed account. */
const lookInto = (done: number): Row['right'] => ({
  ...readAccount(done),
  ADMIN: [done, done, done, done, 404],
});

/** Records without an owner are readable by all users. */
const everybody: Row['right'] = {
  AUDIT_USER: [200, 200, null, 404, 404],
  TRADING_USER: [200, 200, null, 404, 404],
  PRODUCTION_USER: [200, 200, null, 404, 404],
  ADMIN: [200, 200, null, 404, 404],
  STORAGE_VALIDATOR: [200, 200, null, 404, 404],
};

/** All users can read and edit themselves, and revoke their own keys. */
const self: Row['right'] = {
  AUDIT_USER: [200, 404, null, 404, 404],
  TRADING_USER: [200, 404, null, 404, 404],
  PRODUCTION_USER: [200, 404, null, 404, 404],
  ADMIN: [200, 200, null, 404, 404],
  STORAGE_VALIDATOR: [200, 404, null, 404, 404],
};

const inSource = { record: 'account', in: 'body.source_id' } as const;

/** Every operation about one record. */
export const ROWS: Readonly<Record<string, Row>> = {
  readUser: { record: 'user', right: self },
  updateUser: { record: 'user', right: self },
  changeUserRole: { record: 'user', right: administer(200) },
  // Users cannot delete themselves.
  deleteUser: { record: 'user', right: { ...administer(200), ADMIN: [409, 200, null, 404, 404] } },
  changeUserEmail: { record: 'user', right: administer(200) },
  // A user is deleted before the erasure.
  eraseUser: { record: 'user', right: { ...administer(200), ADMIN: [409, 409, null, 200, 404] } },
  // One's own password is changed, not reset.
  resetUserPassword: { record: 'user', right: { ...administer(200), ADMIN: [409, 200, null, 404, 404] } },
  deleteApiKey: { record: 'API key', right: self },
  readOrganisation: { record: 'organisation', right: everybody },
  updateOrganisation: { record: 'organisation', right: administer(200) },
  deleteOrganisation: { record: 'organisation', right: administer(200) },
  readAccount: { record: 'account', right: readAccount(200) },
  readAccountUsers: { record: 'account', right: readAccount(200) },
  readAccountWhitelist: { record: 'account', right: readAccount(200) },
  readAccountWhitelistInverse: { record: 'account', right: readAccount(200) },
  readAccountSummary: { record: 'account', right: readAccount(200) },
  readAccountDevices: { record: 'account', right: readAccount(200) },
  readAccountCertificateDevices: { record: 'account', right: readAccount(200) },
  readAccountCertificates: { record: 'account', right: lookInto(200) },
  updateAccount: { record: 'account', right: act(200) },
  updateAccountWhitelist: { record: 'account', right: act(200) },
  deleteAccount: { record: 'account', right: act(200) },
  createDevice: { record: 'account', in: 'body.account_id', right: referTo(201) },
  readDevice: { record: 'device', right: read(200) },
  updateDevice: { record: 'device', right: produce(200) },
  deleteDevice: { record: 'device', right: produce(200) },
  createMeasurement: { record: 'device', in: 'body.device_id', right: referTo(201) },
  readMeasurement: { record: 'measurement', right: read(200) },
  updateMeasurement: { record: 'measurement', right: produce(200) },
  deleteMeasurement: { record: 'measurement', right: produce(200) },
  createCertificates: { record: 'device', in: 'body.device_id', right: administer(201) },
  readCertificate: { record: 'bundle', right: read(200) },
  readCertificateLineage: { record: 'bundle', right: read(200) },
  queryCertificates: { ...inSource, right: lookInto(202) },
  queryFullCertificates: { ...inSource, right: lookInto(202) },
  // Administrators see the attempts on unknown accounts.
  listActions: {
    record: 'account',
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
    record: 'account',
    in: 'query.account_id',
    right: { ...readAccount(200), ADMIN: [200, 200, null, 200, 200] },
  },
  deleteRecurringAction: { record: 'recurring action', right: act(200) },
};

/** Operations about no single record, or about the caller: `role-matrix.test.ts` covers them. */
export const ABOUT_NO_RECORD: readonly string[] = [
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
  'createPreviousApiKey',
  'listPreviousApiKeys',
  'csrfToken',
  'createUser',
  'readMe',
  'readMyAccounts',
  'exportMe',
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
  'journalHead',
];
