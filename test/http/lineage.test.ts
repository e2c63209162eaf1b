import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { describe, expect } from 'vitest';
import { aBundle, aDevice, anAccount, type Bundle, hoursAgo, type TradingPair } from '../harness/builders.ts';
import type { Client } from '../harness/client.ts';
import { test } from '../harness/fixtures.ts';
import { type Lineage, lineage } from '../harness/lineage.ts';

let auditor: Client;

test.beforeAll(async ({ registry, market }) => {
  auditor = await registry.as('AUDIT_USER');
  await market.admin.patch(`/account/update/${market.target.id}`, {
    user_ids: [market.receiver.userId, auditor.userId],
  });
});

/** A bundle of 100 Wh, of which 40 were transferred to the target, and 10 of these were cancelled there. */
async function aHistory(market: TradingPair) {
  const first = await market.bundle();
  const [moved = 0] = (await market.transfer([first.id], { certificate_quantity: 40 })).json()
    .resulting_bundle_ids;
  const cancelled = await market.receiver.post('/certificate/cancel', {
    source_id: market.target.id,
    granular_certificate_bundle_ids: [moved],
    certificate_quantity: 10,
    beneficiary: 'The school',
  });
  expect(cancelled.statusCode, cancelled.body).toBe(202);
  const [used = 0] = cancelled.json().resulting_bundle_ids;
  return { first, moved, used, action: cancelled.json().id };
}

const OTHER = { id: null, account_name: 'another account' };

describe('the timeline', () => {
  test('contains the events of a bundle since its issuance, in order', async ({ market }) => {
    const { first, moved, used } = await aHistory(market);
    const { lineage_path: path, timeline, summary } = await lineage(market.admin, used);
    expect(path).toEqual([first.id, moved, used]);
    expect(timeline.map(({ entity_id: id, label }) => [id, label])).toEqual([
      [first.id, 'Issued'],
      [first.id, 'Split in two'],
      [moved, 'Created by a split'],
      [moved, 'Transferred'],
      [moved, 'Split in two'],
      [used, 'Created by a split'],
      [used, 'Became Cancelled'],
    ]);
    expect(timeline[3]?.details).toEqual({
      from_account: { id: market.source.id, account_name: market.source.account_name },
      to_account: { id: market.target.id, account_name: market.target.account_name },
    });
    expect(timeline[6]?.details).toEqual({
      from_status: 'Active',
      to_status: 'Cancelled',
      beneficiary: 'The school',
    });
    expect(summary).toEqual({ event_count: 7, transfers: 1, status_changes: 3, splits: 2, deleted: 0 });
  });

  test('is the default format, and there is only one other', async ({ market }) => {
    const { id } = await market.bundle();
    expect(await lineage(market.admin, id)).toMatchObject({ format: 'timeline', bundle: { id } });
    expect((await market.admin.get(`/certificate/${id}/lineage?format=xml`)).statusCode).toBe(422);
  });

  test('is available at the plural path', async ({ market }) => {
    const { id } = await market.bundle();
    expect((await market.admin.get(`/certificates/${id}/lineage`)).statusCode).toBe(200);
  });
});

describe('the raw format', () => {
  test('contains the journal of the line under the names of the API, with both versions of an attribute', async ({
    market,
  }) => {
    const { first, moved, used } = await aHistory(market);
    const raw = await lineage(market.admin, used, 'raw');
    const bundle: Bundle = (await market.admin.get(`/certificate/${used}`)).json();
    expect(raw).toMatchObject({
      bundle_id: used,
      entity_name: 'bundle',
      issuance_id: first.issuance_id,
      lineage_path: [first.id, moved, used],
      current_state: {
        id: used,
        hash: bundle.hash,
        certificate_bundle_status: 'Cancelled',
        parent_id: moved,
      },
    });
    const [created, split] = raw.timeline;
    expect(created).toMatchObject({
      event_type: 'CREATE',
      attributes_before: null,
      attributes_after: {
        id: first.id,
        hash: first.hash,
        issuance_id: first.issuance_id,
        certificate_bundle_status: 'Active',
        bundle_quantity: 100,
        certificate_bundle_id_range_start: first.certificate_bundle_id_range_start,
        production_starting_interval: first.production_starting_interval,
        expiry_datestamp: first.expiry_datestamp,
      },
      diffs: [],
    });
    expect(split?.diffs).toContainEqual({
      field: 'certificate_bundle_status',
      before: 'Active',
      after: 'Bundle Split',
    });
  });

  test('leads to the current bundle when replayed event by event', async ({ market }) => {
    const { used } = await aHistory(market);
    const { timeline } = await lineage(market.admin, used, 'raw');
    const own = timeline.filter(({ entity_id: id }) => id === used);
    const { prior_status: prior, ...replayed } = Object.assign(
      {},
      ...own.map((event) => event.attributes_after),
    );
    expect(prior).toBeNull();
    expect((await market.admin.get(`/certificate/${used}`)).json()).toMatchObject(replayed);
  });
});

describe('the chain of hashes', () => {
  /** Computed from the response alone, by another implementation of RFC 8785. */
  function recomputed({ facts, links }: Lineage['hash_chain']): string[] {
    const hashes: string[] = [];
    for (const link of links) {
      const { bundle_quantity, certificate_bundle_id_range_start, certificate_bundle_id_range_end } = link;
      const own = { bundle_quantity, certificate_bundle_id_range_start, certificate_bundle_id_range_end };
      const text = `${canonicalize({ ...facts, ...own })}${hashes.at(-1) ?? ''}`;
      hashes.push(createHash('sha256').update(text).digest('hex'));
    }
    return hashes;
  }

  test('is verified up to the issuance, and can be recomputed from the response', async ({ market }) => {
    const { used } = await aHistory(market);
    for (const client of [market.admin, market.receiver]) {
      const { hash_chain: chain } = await lineage(client, used);
      expect(chain.verified).toBe(true);
      expect(chain.links.map(({ verified, problem }) => [verified, problem])).toEqual(
        Array.from({ length: 3 }, () => [true, null]),
      );
      expect(chain.links.map(({ hash }) => hash)).toEqual(recomputed(chain));
      expect(chain.links.map(({ recomputed_hash }) => recomputed_hash)).toEqual(recomputed(chain));
    }
  });
});

describe('a holder', () => {
  test('sees events in its own accounts in full, and those in other accounts redacted', async ({
    market,
  }) => {
    const { first, moved, used, action } = await aHistory(market);
    const { timeline, hash_chain: chain } = await lineage(market.receiver, used, 'raw');
    expect(chain.links.map(({ account }) => account)).toEqual([
      OTHER,
      { id: market.target.id, account_name: market.target.account_name },
      { id: market.target.id, account_name: market.target.account_name },
    ]);
    const nobody = { actor_id: null, action_id: null, request_id: null };
    expect(timeline).toHaveLength(7);
    expect(timeline.slice(0, 4)).toMatchObject([
      { entity_id: first.id, ...nobody, attributes_after: { account_id: null } },
      { entity_id: first.id, ...nobody },
      { entity_id: moved, ...nobody, attributes_after: { account_id: null } },
      {
        entity_id: moved,
        ...nobody,
        attributes_before: { account_id: null },
        attributes_after: { account_id: market.target.id },
      },
    ]);
    for (const event of timeline.slice(4)) {
      expect(event).toMatchObject({ actor_id: market.receiver.userId, action_id: action });
      expect(event.request_id).not.toBeNull();
    }
  });

  test('sees no earlier holder, no user of theirs, and no other part', async ({ registry, market }) => {
    const bundle = await market.bundle();
    const [moved = 0] = (await market.transfer([bundle.id], { certificate_quantity: 40 })).json()
      .resulting_bundle_ids;
    const { rows } = await registry.primary.query(
      `SELECT DISTINCT request_id FROM journal WHERE entity_name = 'bundle' AND entity_id IN ($1, $2)`,
      [bundle.id, moved],
    );
    const rest = await registry.primary.query(
      'SELECT hash, encode(hash, $2) AS hex FROM bundle WHERE parent_id = $1 AND id <> $3',
      [bundle.id, 'hex', moved],
    );
    for (const format of ['timeline', 'raw']) {
      const { body } = await market.receiver.get(`/certificate/${moved}/lineage?format=${format}`);
      expect(rows.length).toBeGreaterThan(1);
      for (const { request_id: request } of rows) expect(body).not.toContain(request);
      expect(body).not.toContain(market.source.account_name);
      expect(body).not.toMatch(new RegExp(`"account_id":${market.source.id}\\b`));
      expect(body).not.toContain(rest.rows[0].hex);
      expect(body).not.toMatch(/"actor_id":\d/);
    }
  });

  test('that receives a bundle back sees its own events, and the events between redacted', async ({
    market,
  }) => {
    const bundle = await market.bundle();
    await market.transfer([bundle.id]);
    await market.trader.patch(`/account/update_whitelist/${market.source.id}`, {
      add_to_whitelist: [market.target.id],
    });
    for (const act of ['reserve', 'unreserve']) {
      await market.receiver.post(`/certificate/${act}`, {
        source_id: market.target.id,
        granular_certificate_bundle_ids: [bundle.id],
      });
    }
    const back = await market.receiver.post('/certificate/transfer', {
      source_id: market.target.id,
      target_id: market.source.id,
      granular_certificate_bundle_ids: [bundle.id],
    });
    expect(back.statusCode, back.body).toBe(202);
    const { timeline } = await lineage(market.trader, bundle.id);
    const mine = { id: market.source.id, account_name: market.source.account_name };
    expect(timeline.map(({ label, actor_id: actor, details }) => [label, actor, details])).toEqual([
      ['Issued', market.admin.userId, { to_account: mine, to_status: 'Active' }],
      ['Transferred', market.trader.userId, { from_account: mine, to_account: OTHER }],
      ['Became Reserved', null, { from_status: 'Active', to_status: 'Reserved' }],
      ['Became Active', null, { from_status: 'Reserved', to_status: 'Active' }],
      ['Transferred', null, { from_account: OTHER, to_account: mine }],
    ]);
  });

  test('can be an auditor of the account', async ({ market }) => {
    const { used } = await aHistory(market);
    expect(await lineage(auditor, used)).toEqual(await lineage(market.receiver, used));
  });

  test('is not implied for a storage validator, who sees the lineage of storage devices without the holder', async ({
    registry,
    market,
  }) => {
    const validator = await registry.as('STORAGE_VALIDATOR');
    const battery = await aDevice(market.admin, { account_id: market.source.id, is_storage: true });
    const { id } = await aBundle(market.admin, {
      device_id: battery.id,
      metadata_id: market.metadataId,
      quantity: 5,
      ...hoursAgo(1),
    });
    const { timeline, hash_chain: chain } = await lineage(validator, id, 'raw');
    expect(chain).toMatchObject({ verified: true, links: [{ id, account: OTHER }] });
    expect(timeline).toMatchObject([{ actor_id: null, attributes_after: { account_id: null } }]);
  });

  test.for(['timeline', 'raw'])(
    'cannot read the lineage of a bundle that it does not hold (%s)',
    async (format, { registry, market }) => {
      const { moved } = await aHistory(market);
      const of = (id: number) => `/certificate/${id}/lineage?format=${format}`;
      const answer = await market.trader.get(of(moved));
      expect(answer.statusCode).toBe(404);
      expect(answer.json().detail).toBe(`There is no bundle ${moved}.`);
      expect((await market.trader.get(of(999_999))).statusCode).toBe(404);
      expect((await (await registry.as('STORAGE_VALIDATOR')).get(of(moved))).statusCode).toBe(404);
    },
  );
});

test('an issuance that was withdrawn and its replacement name each other', async ({ market }) => {
  const { id: account } = await anAccount(market.admin);
  const device = await aDevice(market.admin, { account_id: account });
  const issue = (quantity: number) =>
    aBundle(market.admin, {
      device_id: device.id,
      metadata_id: market.metadataId,
      quantity,
      ...hoursAgo(100),
    });
  const old = await issue(100);
  const withdrawn = await market.admin.post('/certificate/withdraw', {
    source_id: account,
    granular_certificate_bundle_ids: [old.id],
    reason: 'Meter was misread',
  });
  expect(withdrawn.statusCode, withdrawn.body).toBe(202);
  const fresh = await issue(90);
  const before = {
    issuance_id: old.issuance_id,
    issue_version: 1,
    certificate_bundle_id_range_start: 1,
    certificate_bundle_id_range_end: 100,
    withdrawal_datestamp: withdrawn.json().action_completed_datetime,
  };
  const after = {
    issuance_id: old.issuance_id,
    issue_version: 2,
    certificate_bundle_id_range_start: 101,
    certificate_bundle_id_range_end: 190,
    withdrawal_datestamp: null,
  };
  expect((await lineage(market.admin, old.id)).issuance).toMatchObject({
    ...before,
    previous_issuance: null,
    next_issuance: after,
  });
  const { issuance, hash_chain: chain } = await lineage(market.admin, fresh.id);
  expect(issuance).toMatchObject({ ...after, previous_issuance: before, next_issuance: null });
  expect(chain.verified).toBe(true);
});
