import { expect } from 'vitest';
import type { BundleStatus, Role } from '../../src/rules/enums.ts';
import type { Client } from './client.ts';
import { waitForStandby } from './polling.ts';
import { NOW, type TestRegistry } from './registry.ts';

/** Records that tests need, created over HTTP like a user of the API does, and typed as far as tests use them. */

export interface Account {
  readonly id: number;
  readonly account_name: string;
}

export interface Device {
  readonly id: number;
  readonly account_id: number;
}

export interface Bundle {
  readonly id: number;
  readonly issuance_id: string;
  readonly hash: string;
  readonly certificate_bundle_status: BundleStatus;
  readonly account_id: number;
  readonly metadata_id: number;
  readonly certificate_bundle_id_range_start: number;
  readonly certificate_bundle_id_range_end: number;
  readonly bundle_quantity: number;
  readonly beneficiary: string | null;
  readonly energy_carrier: string;
  readonly energy_source: string;
  readonly face_value: number;
  readonly device_id: number;
  readonly production_starting_interval: string;
  readonly production_ending_interval: string;
  readonly expiry_datestamp: string;
  readonly parent_id: number | null;
}

export interface Action {
  readonly id: number;
  readonly action_type: string;
  readonly action_result: 'Success' | 'Failure';
  readonly source_id: number;
  readonly target_id: number | null;
  readonly user_id: number;
  readonly beneficiary: string | null;
  readonly granular_certificate_bundle_ids: number[];
  readonly resulting_bundle_ids: number[];
  readonly details: Record<string, unknown>;
}

export const HOUR_MS = 3_600_000;

/** ISO 8601 with `Z` and without a fraction, as the registry formats it. */
export const iso = (at: Date) => at.toISOString().replace('.000Z', 'Z');

/** The hour that ended `hours` before the tests' now. */
export function hoursAgo(hours: number): { start: string; end: string } {
  const end = NOW.getTime() - hours * HOUR_MS;
  return { start: iso(new Date(end - HOUR_MS)), end: iso(new Date(end)) };
}

async function made<T>(answer: ReturnType<Client['post']>): Promise<T> {
  const { statusCode, body } = await answer;
  expect(statusCode, body).toBe(201);
  return JSON.parse(body);
}

export const unique = (what: string) => `${what} ${crypto.randomUUID()}`;

export function anAccount(
  client: Client,
  fields: {
    account_name?: string;
    user_ids?: number[];
    account_whitelist?: number[];
    timezone?: string;
    discoverable?: boolean;
  } = {},
): Promise<Account> {
  return made(client.post('/account/create', { account_name: unique('Account'), ...fields }));
}

/** An account that they share, so that each can add the others to its own accounts. */
export const shareAccount = (admin: Client, ...clients: Client[]): Promise<Account> =>
  anAccount(admin, { user_ids: clients.map(({ userId }) => userId) });

export function aDevice(
  client: Client,
  fields: { account_id: number } & Record<string, unknown>,
): Promise<Device> {
  return made(
    client.post('/device/create', {
      device_name: 'A wind farm',
      local_device_identifier: unique('MPAN'),
      grid: 'A grid',
      energy_source: 'wind',
      technology_type: 'wind_turbine',
      operational_date: '2015-01-01T00:00:00Z',
      power_mw: 100,
      peak_demand: 1,
      location: '57.2, -1.9',
      is_storage: false,
      ...fields,
    }),
  );
}

export const METADATA = {
  country_of_issuance: 'GB',
  connected_grid_identification: 'NESO',
  issuing_body: 'Ofgem',
  issue_market_zone: 'GB',
};

export async function metadata(admin: Client, fields: Record<string, unknown> = {}): Promise<number> {
  const { id } = await made<{ id: number }>(
    admin.post('/certificate/create_metadata', { ...METADATA, ...fields }),
  );
  return id;
}

export interface Issue {
  readonly device_id: number;
  readonly metadata_id: number;
  readonly quantity: number;
  readonly start: string;
  readonly end: string;
}

/** A request to issue certificates, as the API accepts it. */
export function issueBody({ device_id, metadata_id, quantity, start, end }: Issue) {
  return {
    device_id,
    metadata_id,
    bundle_quantity: quantity,
    production_starting_interval: start,
    production_ending_interval: end,
  };
}

export function aBundle(admin: Client, issue: Issue): Promise<Bundle> {
  return made(admin.post('/certificate/create', issueBody(issue)));
}

/** Two trading accounts: the target has whitelisted the source, which has a device. */
export interface TradingPair {
  readonly admin: Client;
  readonly trader: Client;
  readonly receiver: Client;
  readonly source: Account;
  readonly target: Account;
  readonly device: Device;
  readonly metadataId: number;
  /** A bundle of the source for the next hour, counted back from now. */
  bundle(fields?: { quantity?: number }): Promise<Bundle>;
  /** The same in any status, with a beneficiary where the status has one. `aside`: the prior status. */
  bundleIn(status: BundleStatus, aside?: BundleStatus): Promise<Bundle>;
  transfer(ids: number[], fields?: Record<string, unknown>): ReturnType<Client['post']>;
  cancel(ids: number[], fields?: Record<string, unknown>): ReturnType<Client['post']>;
}

export async function tradingPair(
  registry: TestRegistry,
  traderRole: Role = 'TRADING_USER',
): Promise<TradingPair> {
  const [admin, trader, receiver] = await Promise.all([
    registry.as('ADMIN'),
    registry.as(traderRole),
    registry.as('TRADING_USER'),
  ]);
  const source = await anAccount(admin, { user_ids: [trader.userId] });
  const target = await anAccount(admin, { user_ids: [receiver.userId], account_whitelist: [source.id] });
  const device = await aDevice(admin, { account_id: source.id });
  const metadataId = await metadata(admin);
  let hours = 0;

  const bundle: TradingPair['bundle'] = ({ quantity = 100 } = {}) =>
    aBundle(admin, { device_id: device.id, metadata_id: metadataId, quantity, ...hoursAgo(hours++) });
  const transfer: TradingPair['transfer'] = (ids, fields) =>
    trader.post('/certificate/transfer', {
      source_id: source.id,
      target_id: target.id,
      granular_certificate_bundle_ids: ids,
      ...fields,
    });
  const cancel: TradingPair['cancel'] = (ids, fields) =>
    trader.post('/certificate/cancel', {
      source_id: source.id,
      granular_certificate_bundle_ids: ids,
      ...fields,
    });

  /** By an action that takes one certificate. */
  const split = async (id: number, status: BundleStatus) => {
    const part = { certificate_quantity: 1 };
    const body = { source_id: source.id, granular_certificate_bundle_ids: [id], ...part };
    const claim = () => trader.post('/certificate/claim', body);
    const answer = await (status === 'Active'
      ? transfer([id], part)
      : status === 'Reserved'
        ? cancel([id], part)
        : claim());
    expect(answer.statusCode, answer.body).toBe(202);
  };

  return {
    admin,
    trader,
    receiver,
    source,
    target,
    device,
    metadataId,
    bundle,
    async bundleIn(status, aside = 'Active') {
      const made = await bundle();
      const whole = status === 'Bundle Split' ? stepsTo(aside) : stepsTo(status, aside);
      for (const step of whole) await registry.primary.query(step, [made.id]);
      if (status === 'Bundle Split') await split(made.id, aside);
      await untilReplicated(registry);
      return { ...made, certificate_bundle_status: status };
    },
    transfer,
    cancel,
  };
}

/** The statements that take an Active bundle along the lifecycle table, including steps without an operation. */
function stepsTo(status: BundleStatus, aside: BundleStatus = 'Active'): string[] {
  const to = (next: string, more = '') => `UPDATE bundle SET status = '${next}'${more} WHERE id = $1`;
  if (status === 'Active') return [];
  if (status === 'Locked') return [...stepsTo(aside), to('Locked', `, prior_status = '${aside}'`)];
  if (status === 'Claimed') return [...stepsTo('Cancelled'), to('Claimed')];
  if (status === 'Cancelled' || status === 'Cancelled for Storage')
    return [to(status, ", beneficiary = 'B'")];
  return [to(status)];
}

/** Waits until the standby has replayed everything, for tests that write behind the API. */
export function untilReplicated({ primary, standby }: TestRegistry): Promise<void> {
  return waitForStandby(primary, standby);
}

/**
 * Violations of conservation, each with the id of its issuance: the ranges of the live bundles of every issuance must
 * be disjoint, and their union the issued range.
 */
export const CONSERVATION = `
  SELECT i.id, i.issuance_id, i.range_start, i.range_end, slices.ranges
  FROM issuance i
  LEFT JOIN LATERAL (
    SELECT range_agg(int8range(b.range_start, b.range_end, '[]')) AS ranges, sum(b.range_end - b.range_start + 1) AS quantity
    FROM bundle b WHERE b.issuance_id = i.id AND b.status <> 'Bundle Split') AS slices ON true
  WHERE slices.ranges IS DISTINCT FROM int8multirange(int8range(i.range_start, i.range_end, '[]'))
     OR slices.quantity IS DISTINCT FROM i.range_end - i.range_start + 1`;

/** Asserts conservation on the primary and, once it has caught up, on the standby. */
export async function expectConserved(registry: TestRegistry): Promise<void> {
  await untilReplicated(registry);
  for (const server of [registry.primary, registry.standby]) {
    expect((await server.query(CONSERVATION)).rows).toEqual([]);
  }
}
