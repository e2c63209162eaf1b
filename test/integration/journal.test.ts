import { describe, expect } from 'vitest';
import { type Action, anAccount, type Bundle, hoursAgo, issueBody, METADATA } from '../harness/builders.ts';
import { test } from '../harness/fixtures.ts';
import { brief, entriesOf, rowOf } from '../harness/journal.ts';

describe('the journal of an action', () => {
  test('on a whole bundle has the changes of the bundle, and the action', async ({ registry, market }) => {
    const { id } = await market.bundle();
    const reply = await market.transfer([id]);
    const action: Action = reply.json();
    const written = {
      actor_id: market.trader.userId,
      action_id: action.id,
      request_id: reply.headers['x-request-id'],
    };
    expect(await entriesOf(registry, reply)).toEqual([
      {
        event_type: 'UPDATE',
        entity_name: 'bundle',
        entity_id: id,
        parent_entity_id: null,
        attributes_before: { account_id: market.source.id },
        attributes_after: { account_id: market.target.id },
        ...written,
      },
      {
        event_type: 'CREATE',
        entity_name: 'action',
        entity_id: action.id,
        parent_entity_id: null,
        attributes_before: null,
        attributes_after: await rowOf(registry, 'action', action.id),
        ...written,
      },
    ]);
  });

  test('that splits has the parent, its children with their parent, and the effect on the first', async ({
    registry,
    market,
  }) => {
    const parent = await market.bundle({ quantity: 100 });
    const reply = await market.cancel([parent.id], { certificate_quantity: 30, beneficiary: 'The school' });
    const [childId] = reply.json().resulting_bundle_ids;
    const entries = await entriesOf(registry, reply);
    expect(brief(entries)).toEqual([
      'UPDATE bundle',
      'CREATE bundle',
      'CREATE bundle',
      'UPDATE bundle',
      'CREATE action',
    ]);
    const [retired, first, second, effect] = entries;
    expect(retired).toMatchObject({
      entity_id: parent.id,
      attributes_before: { status: 'Active', prior_status: null },
      attributes_after: { status: 'Bundle Split', prior_status: 'Active' },
    });
    expect(first).toMatchObject({
      entity_id: childId,
      parent_entity_id: parent.id,
      attributes_before: null,
      attributes_after: {
        quantity: 30,
        status: 'Active',
        account_id: market.source.id,
        parent_id: parent.id,
      },
    });
    expect(second).toMatchObject({
      parent_entity_id: parent.id,
      attributes_after: { quantity: 70, status: 'Active' },
    });
    expect(effect).toMatchObject({
      entity_id: childId,
      parent_entity_id: parent.id,
      attributes_before: { status: 'Active', beneficiary: null },
      attributes_after: { status: 'Cancelled', beneficiary: 'The school' },
    });
    expect(Object.keys(effect?.attributes_after ?? {}).toSorted()).toEqual(['beneficiary', 'status']);
    expect(new Set(entries.map((each) => each.action_id))).toEqual(new Set([reply.json().id]));
    expect(new Set(entries.map((each) => each.actor_id))).toEqual(new Set([market.trader.userId]));
  });

  test('on many bundles has one entry for each of them', async ({ registry, market }) => {
    const bundles = await Promise.all([1, 2, 3].map(() => market.bundle()));
    const entries = await entriesOf(registry, await market.cancel(bundles.map(({ id }) => id)));
    const changed = entries.filter((each) => each.entity_name === 'bundle');
    expect(changed.map((each) => each.entity_id)).toEqual(
      bundles.map(({ id }) => id).toSorted((a, b) => a - b),
    );
    expect(entries).toHaveLength(4);
  });

  test('that is refused has only the action, with its reason', async ({ registry, market }) => {
    const { id } = await market.bundle();
    const reply = await market.transfer([id], { certificate_quantity: 500 });
    const entries = await entriesOf(registry, reply);
    expect(brief(entries)).toEqual(['CREATE action']);
    expect(entries[0]).toMatchObject({
      entity_id: reply.json().action_id,
      action_id: reply.json().action_id,
      actor_id: market.trader.userId,
      attributes_after: { action_result: 'Failure', details: { code: 'not-enough' } },
    });
  });

  test("of an administrator on another user's account names the administrator", async ({
    registry,
    market,
  }) => {
    const { id } = await market.bundle();
    const reply = await market.admin.post('/certificate/cancel', {
      source_id: market.source.id,
      granular_certificate_bundle_ids: [id],
    });
    expect(new Set((await entriesOf(registry, reply)).map((each) => each.actor_id))).toEqual(
      new Set([market.admin.userId]),
    );
  });
});

test('the journal of an issuance has its header and its whole bundle, and no action', async ({
  registry,
  market,
}) => {
  const body = issueBody({
    device_id: market.device.id,
    metadata_id: market.metadataId,
    quantity: 5,
    ...hoursAgo(500),
  });
  const reply = await market.admin.post('/certificate/create', body);
  const bundle: Bundle = reply.json();
  const entries = await entriesOf(registry, reply);
  expect(brief(entries)).toEqual(['CREATE issuance', 'CREATE bundle']);
  const [header, slice] = entries;
  expect(header).toMatchObject({
    attributes_before: null,
    attributes_after: { issuance_id: bundle.issuance_id, quantity: 5 },
    actor_id: market.admin.userId,
    action_id: null,
  });
  expect(slice?.attributes_after).toEqual(await rowOf(registry, 'bundle', bundle.id));
});

test('a refused issuance has no entry', async ({ registry, market }) => {
  const body = issueBody({
    device_id: market.device.id,
    metadata_id: 999_999,
    quantity: 5,
    ...hoursAgo(501),
  });
  expect(await entriesOf(registry, await market.admin.post('/certificate/create', body))).toEqual([]);
});

test('metadata has an entry with its whole row', async ({ registry, market }) => {
  const reply = await market.admin.post('/certificate/create_metadata', METADATA);
  const [entry] = await entriesOf(registry, reply);
  expect(entry?.attributes_after).toEqual(await rowOf(registry, 'issuance_metadata', reply.json().id));
});

test('a read has no entry', async ({ registry, market }) => {
  const reply = await market.trader.post('/certificate/query', { source_id: market.source.id });
  expect(await entriesOf(registry, reply)).toEqual([]);
});

test('a change behind the API has an entry, too, without an actor', async ({ registry, market }) => {
  const account = await anAccount(market.admin);
  await registry.primary.query(`UPDATE account SET timezone = 'Asia/Tokyo' WHERE id = $1`, [account.id]);
  const { rows } = await registry.primary.query(
    `SELECT event_type, attributes_after, actor_id, action_id, request_id FROM journal
     WHERE entity_name = 'account' AND entity_id = $1 ORDER BY id DESC LIMIT 1`,
    [account.id],
  );
  expect(rows[0]).toEqual({
    event_type: 'UPDATE',
    attributes_after: { timezone: 'Asia/Tokyo' },
    actor_id: null,
    action_id: null,
    request_id: null,
  });
});

test('an update that changes nothing has no entry', async ({ registry, market }) => {
  const account = await anAccount(market.admin);
  await registry.primary.query('UPDATE account SET timezone = timezone WHERE id = $1', [account.id]);
  const { rows } = await registry.primary.query(
    `SELECT event_type FROM journal WHERE entity_name = 'account' AND entity_id = $1`,
    [account.id],
  );
  expect(rows).toEqual([{ event_type: 'CREATE' }]);
});

test('a transaction that is rolled back has no entry', async ({ registry }) => {
  const before = await registry.primary.query('SELECT count(*) FROM journal');
  await expect(
    registry.database.transact({ userId: null, requestId: null }, async (tx) => {
      await tx.orm.execute(`INSERT INTO organisation (name) VALUES ('Never')`);
      throw new Error('changed my mind');
    }),
  ).rejects.toThrow('changed my mind');
  expect((await registry.primary.query('SELECT count(*) FROM journal')).rows).toEqual(before.rows);
});

test('every entry has an event id, a time and a transaction', async ({ registry }) => {
  const { rows } = await registry.primary.query(
    `SELECT count(*) = count(DISTINCT event_id) AS own, bool_and(recorded_at <= clock_timestamp()) AS timed FROM journal`,
  );
  expect(rows).toEqual([{ own: true, timed: true }]);
});

test('the entries of an entity are in the order of its changes', async ({ registry, market }) => {
  const { id } = await market.bundle({ quantity: 100 });
  await market.transfer([id]);
  await market.receiver.post('/certificate/cancel', {
    source_id: market.target.id,
    granular_certificate_bundle_ids: [id],
    certificate_quantity: 10,
  });
  const { rows } = await registry.primary.query(
    `SELECT event_type, attributes_after ->> 'status' AS status FROM journal
     WHERE entity_name = 'bundle' AND entity_id = $1 ORDER BY id`,
    [id],
  );
  expect(rows).toEqual([
    { event_type: 'CREATE', status: 'Active' },
    { event_type: 'UPDATE', status: null },
    { event_type: 'UPDATE', status: 'Bundle Split' },
  ]);
});
