import { describe, expect } from 'vitest';
import { operations } from '../../src/http/operations.ts';
import { type Role, roleNames } from '../../src/rules/enums.ts';
import type { Client } from '../harness/client.ts';
import { test } from '../harness/fixtures.ts';

const everybody: readonly Role[] = roleNames;
const traders: readonly Role[] = ['TRADING_USER', 'PRODUCTION_USER', 'ADMIN'];
const producers: readonly Role[] = ['PRODUCTION_USER', 'ADMIN'];
const admin: readonly Role[] = ['ADMIN'];

/**
 * The permitted operations of each role, row by row. An operation without a row fails the run. `public`: without a
 * token.
 */
const ALLOWED: Readonly<Record<string, readonly Role[] | 'public'>> = {
  health: 'public',
  ready: 'public',
  changeLogLevel: admin,
  csrfToken: 'public',
  login: 'public',
  refreshSession: 'public',
  logout: everybody,
  changePassword: everybody,
  requestEmailChange: everybody,
  listEmailChanges: everybody,
  createApiKey: everybody,
  listApiKeys: everybody,
  deleteApiKey: everybody,
  createPreviousApiKey: everybody,
  listPreviousApiKeys: everybody,
  createUser: admin,
  readMe: everybody,
  readMyAccounts: everybody,
  exportMe: everybody,
  listUsers: everybody,
  readUser: everybody,
  updateUser: everybody,
  changeUserRole: admin,
  changeUserEmail: admin,
  resetUserPassword: admin,
  deleteUser: admin,
  eraseUser: admin,
  readAccountUsers: everybody,
  createOrganisation: admin,
  listOrganisations: everybody,
  readOrganisation: everybody,
  updateOrganisation: admin,
  deleteOrganisation: admin,
  createAccount: producers,
  listAccounts: everybody,
  listAccountDirectory: everybody,
  readAccount: everybody,
  updateAccount: traders,
  updateAccountWhitelist: traders,
  deleteAccount: traders,
  readAccountWhitelist: everybody,
  readAccountWhitelistInverse: everybody,
  readAccountSummary: everybody,
  createDevice: producers,
  listDevices: everybody,
  readDevice: everybody,
  updateDevice: producers,
  deleteDevice: producers,
  readAccountDevices: everybody,
  readAccountCertificateDevices: everybody,
  createMeasurement: producers,
  listMeasurements: everybody,
  readMeasurement: everybody,
  updateMeasurement: producers,
  deleteMeasurement: producers,
  createIssuanceMetadata: admin,
  createCertificates: admin,
  queryCertificates: everybody,
  queryFullCertificates: everybody,
  checkCertificates: admin,
  readCertificate: everybody,
  readCertificateLineage: everybody,
  readAccountCertificates: everybody,
  transferCertificates: traders,
  cancelCertificates: traders,
  claimCertificates: traders,
  reserveCertificates: traders,
  unreserveCertificates: traders,
  lockCertificates: admin,
  unlockCertificates: admin,
  withdrawCertificates: admin,
  listActions: everybody,
  createRecurringTransfer: traders,
  createRecurringCancel: traders,
  listRecurringActions: everybody,
  deleteRecurringAction: traders,
  listEvents: everybody,
  verifyEvents: admin,
  journalHead: everybody,
};

const clients = new Map<Role, Client>();

test.beforeAll(async ({ registry }) => {
  for (const role of roleNames) clients.set(role, await registry.as(role));
});

const NOBODYS_ID = '999999';
const requests = operations.map(({ id, method, path }) => ({
  id,
  method,
  url: path.replace(':id', NOBODYS_ID),
}));

test('the table has a row for every operation, and no others', () => {
  expect(Object.keys(ALLOWED).sort()).toEqual(requests.map(({ id }) => id).sort());
});

describe.each(requests)('$method $url ($id)', ({ id, method, url }) => {
  const allowed = ALLOWED[id];

  test(`is ${allowed === 'public' ? 'public' : 'refused without a token'}`, async ({ registry }) => {
    const { statusCode, headers } = await registry.app.inject({ method, url });
    if (allowed === 'public') expect([401, 403]).not.toContain(statusCode);
    else {
      expect(statusCode).toBe(401);
      expect(headers['www-authenticate']).toBe('Bearer');
    }
  });

  test.for(roleNames)('receives the result of the table for %s', async (role, { registry }) => {
    const client = clients.get(role);
    // A login that ends here must not be one that other rows use.
    const own = id === 'logout' && client ? await registry.again(client) : client;
    const answer = await own?.request({ method, url });
    const mayPass = allowed === 'public' || allowed?.includes(role);
    if (mayPass) expect([401, 403], answer?.body).not.toContain(answer?.statusCode);
    else expect(answer?.statusCode, answer?.body).toBe(403);
    expect(answer?.statusCode).toBeLessThan(500);
  });
});
