import { afterEach, describe, expect } from 'vitest';
import { digestOf, isSignedBy } from '../../src/anchor/anchor.ts';
import { anchorsFrom, insertAnchor } from '../../src/anchor/anchor-table.ts';
import { energyAfter } from '../../src/anchor/energy.ts';
import { HistoryChanged, signIfDue } from '../../src/anchor/signer.ts';
import { expireBatch } from '../../src/certificate/index.ts';
import { aKey, keysOf } from '../harness/anchors.ts';
import type { TradingPair } from '../harness/builders.ts';
import { testWithOwnRegistry as test } from '../harness/fixtures.ts';
import { type AnchorSetup, openAnchorSetup } from './anchor-setup.ts';

let setup: AnchorSetup;

test.beforeEach(async ({ registry }) => {
  setup = await openAnchorSetup(registry);
});
afterEach(() => setup.close());

const organisation = () =>
  setup.client.query('INSERT INTO organisation (name) VALUES (gen_random_uuid()::text)');
const headOfJournal = async () => {
  const { rows } = await setup.client.query(
    `SELECT position, encode(hash, 'hex') AS hash FROM journal_position ORDER BY position DESC LIMIT 1`,
  );
  return rows[0];
};
/** What the tables say. */
const energyInTables = async () => {
  const { rows } = await setup.client.query(
    'SELECT status, sum(quantity)::text AS wh FROM bundle GROUP BY status',
  );
  return Object.fromEntries(rows.map(({ status, wh }) => [status, wh]));
};

describe('an anchor', () => {
  test('has the position and hash of the last entry, and is signed', async () => {
    await organisation();
    const anchor = await setup.sign();
    expect(anchor).toMatchObject({ number: 0, previous: null, ...(await headOfJournal()) });
    expect(isSignedBy(anchor, setup.key.publicKey)).toBe(true);
    expect(await anchorsFrom(setup.execute, 0, 10)).toEqual([anchor]);
  });

  test('names the digest of the one before it', async () => {
    await organisation();
    const first = await setup.sign();
    await organisation();
    const second = await setup.sign();
    expect(second).toMatchObject({ number: 1, previous: digestOf(first) });
    expect(second.position).toBe(first.position + 1);
  });

  test('is not signed while the journal has not changed since the last one', async () => {
    await organisation();
    const first = await setup.sign();
    expect(await setup.sign()).toEqual(first);
    expect(await anchorsFrom(setup.execute, 0, 10)).toHaveLength(1);
  });

  test('is not signed for an empty journal', async () => {
    const options = { key: setup.key, keys: setup.keys, intervalMs: 1, now: new Date() };
    expect(await signIfDue(setup.execute, options)).toBeUndefined();
  });

  test('is not signed before the interval is over, unless the clock went back', async () => {
    const at = (iso: string) =>
      signIfDue(setup.execute, {
        key: setup.key,
        keys: setup.keys,
        intervalMs: 60_000,
        now: new Date(iso),
      });
    const numbers: (number | undefined)[] = [];
    for (const iso of ['12:00:00', '12:00:59', '12:01:00', '11:00:00', '11:00:59']) {
      await organisation();
      await setup.order();
      numbers.push((await at(`2026-03-15T${iso}Z`))?.number);
    }
    expect(numbers).toEqual([0, 0, 1, 2, 2]);
  });

  test('that two processes sign at once is stored once', async () => {
    await organisation();
    await setup.order();
    const options = { key: setup.key, keys: setup.keys, intervalMs: 1, now: new Date() };
    await Promise.all([signIfDue(setup.execute, options), signIfDue(setup.execute, options)]);
    expect(await anchorsFrom(setup.execute, 0, 10)).toHaveLength(1);
  });
});

describe('the energy by status of an anchor', () => {
  /** Something of every status that has an operation. */
  async function trade(market: TradingPair): Promise<void> {
    const ids = async (count: number) => {
      const made: number[] = [];
      for (let n = 0; n < count; n++) made.push((await market.bundle({ quantity: 1_000 + n })).id);
      return made;
    };
    const [moved, split, cancelled, reserved, locked, withdrawn, claimed] = await ids(7);
    const by = (who: typeof market.trader, action: string, id: number | undefined, more = {}) =>
      who.post(`/certificate/${action}`, {
        source_id: market.source.id,
        granular_certificate_bundle_ids: [id],
        ...more,
      });
    const reason = { reason: 'a reason' };
    const answers = [
      await market.transfer([Number(moved)]),
      await market.transfer([Number(split)], { certificate_quantity: 10 }),
      await market.cancel([Number(cancelled)], { certificate_bundle_percentage: 0.5 }),
      await by(market.trader, 'reserve', reserved),
      await by(market.admin, 'lock', locked, reason),
      await by(market.admin, 'withdraw', withdrawn, reason),
      await market.cancel([Number(claimed)]),
      await by(market.trader, 'claim', claimed),
    ];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 202));
  }

  test('is what the tables have, after every action', async ({ market }) => {
    await trade(market);
    const { energy_wh } = await setup.sign();
    expect(energy_wh).toEqual(await energyInTables());
    expect(Object.keys(energy_wh).sort()).toEqual(
      ['Active', 'Bundle Split', 'Cancelled', 'Claimed', 'Locked', 'Reserved', 'Withdrawn'].sort(),
    );
  });

  test('continues from the last anchor', async ({ registry, market }) => {
    await trade(market);
    await setup.sign();
    await trade(market);
    await expireBatch(registry.database, new Date('2040-01-01T00:00:00Z'));
    const { energy_wh, position } = await setup.sign();
    expect(energy_wh).toEqual(await energyInTables());
    expect(energy_wh).toEqual(await energyAfter(setup.execute, {}, { from: -1, to: position }));
    expect(energy_wh).toHaveProperty('Expired');
    expect(energy_wh).not.toHaveProperty('Active');
  });

  test('is the same if it is computed in several pages', async ({ market }) => {
    await market.bundle({ quantity: 70 });
    await setup.client.query(
      'INSERT INTO organisation (name) SELECT gen_random_uuid()::text FROM generate_series(1, 6000)',
    );
    const { id } = await market.bundle({ quantity: 30 });
    await market.cancel([id]);
    expect((await setup.sign()).energy_wh).toEqual({ Active: '70', Cancelled: '30' });
  });

  test('exceeds 2^53 without loss', async ({ market }) => {
    await market.bundle({ quantity: 1 });
    await setup.order();
    const before = { Active: '9007199254740993' };
    const { position } = await headOfJournal();
    expect(await energyAfter(setup.execute, before, { from: -1, to: position })).toEqual({
      Active: '9007199254740994',
    });
  });
});

describe('nothing more is signed', () => {
  test('after an entry before the last anchor was changed, although the chain was recomputed', async () => {
    await organisation();
    await organisation();
    await setup.sign();
    await setup.rewrite(`UPDATE journal SET request_id = 'forged' WHERE id = (SELECT min(id) FROM journal)`);
    await organisation();
    await expect(setup.sign()).rejects.toThrow(
      new HistoryChanged('the journal is not what its last anchor says: an entry before it was changed'),
    );
    expect(await anchorsFrom(setup.execute, 0, 10)).toHaveLength(1);
  });

  test('after the journal was truncated before the last anchor', async () => {
    await organisation();
    await organisation();
    await setup.sign();
    await setup.rewrite(`
      DELETE FROM journal_position WHERE position = (SELECT max(position) FROM journal_position);
      DELETE FROM journal WHERE id = (SELECT max(id) FROM journal)`);
    await expect(setup.sign()).rejects.toThrow(HistoryChanged);
  });

  test('after an anchor of an unknown key', async () => {
    await organisation();
    const stranger = aKey();
    await setup.sign(stranger);
    await organisation();
    await expect(setup.sign()).rejects.toThrow(
      `the last anchor in the database is signed by the key ${stranger.keyId}, which is not known`,
    );
  });
});

test('a new key continues the anchors of the old one', async () => {
  await organisation();
  await setup.sign();
  await organisation();
  const next = aKey();
  expect(await setup.sign(next)).toMatchObject({ number: 1, key_id: next.keyId });
  const { difference } = await setup.verify({ stores: [], keys: keysOf(setup.key, next) });
  expect(difference).toBeNull();
});

test.for(['UPDATE journal_anchor SET position = 9', 'DELETE FROM journal_anchor', 'TRUNCATE journal_anchor'])(
  'the database refuses: %s',
  async (statement) => {
    await organisation();
    await setup.sign();
    await expect(setup.client.query(statement)).rejects.toThrow('its rows are kept for ever');
  },
);

test('only the role of the sequencer stores anchors', async ({ registry }) => {
  const { rows } = await registry.primary.query(`
    SELECT grantee, privilege_type AS privilege FROM information_schema.role_table_grants
    WHERE table_name = 'journal_anchor' AND grantee LIKE 'registry\\_%' ORDER BY grantee, privilege`);
  expect(rows.map(({ grantee, privilege }) => `${grantee} ${privilege}`)).toEqual([
    'registry_read SELECT',
    'registry_sequencer INSERT',
    'registry_sequencer SELECT',
    'registry_write SELECT',
  ]);
});

test('an anchor that another process stored first is kept', async () => {
  await organisation();
  const first = await setup.sign();
  await insertAnchor(setup.execute, { ...first, signed_at: '2026-03-15T13:00:00.000Z' });
  expect(await anchorsFrom(setup.execute, 0, 10)).toEqual([first]);
});
