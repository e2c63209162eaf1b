import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect } from 'vitest';
import { type Anchor, signAnchor, textOf } from '../../src/anchor/anchor.ts';
import { insertAnchor } from '../../src/anchor/anchor-table.ts';
import { keySetOf, publicJwkOf } from '../../src/anchor/key-set.ts';
import { fileNameOf } from '../../src/anchor/store.ts';
import { verifyJournal } from '../../src/journal/index.ts';
import { aKey, keysOf } from '../harness/anchors.ts';
import { testWithOwnRegistry as test } from '../harness/fixtures.ts';
import { type AnchorSetup, anotherDirectory, openAnchorSetup } from './anchor-setup.ts';

let setup: AnchorSetup;

test.beforeEach(async ({ registry }) => {
  setup = await openAnchorSetup(registry);
});
afterEach(() => setup.close());

const organisations = (count: number) =>
  setup.client.query(
    'INSERT INTO organisation (name) SELECT gen_random_uuid()::text FROM generate_series(1, $1)',
    [count],
  );
/** So many anchors in the database and the directory, two entries apart. */
async function anchors(count: number): Promise<Anchor[]> {
  const signed: Anchor[] = [];
  for (let n = 0; n < count; n++) {
    await organisations(2);
    signed.push(await setup.anchor());
  }
  return signed;
}
/** The first of so many. */
async function firstOf(count: number): Promise<Anchor> {
  const [first] = await anchors(count);
  if (first === undefined) throw new Error('there is no anchor');
  return first;
}
async function lastOf(count: number): Promise<Anchor> {
  const last = (await anchors(count)).at(-1);
  if (last === undefined) throw new Error('there is no anchor');
  return last;
}
const fileOf = (anchor: Anchor) => join(setup.directory, fileNameOf(anchor));
const places = (directory: number, database: number) => [
  { name: 'the directory', anchors: directory },
  { name: 'the database', anchors: database },
];
/** Superuser statements past the triggers. */
async function asOwner(statement: string): Promise<void> {
  await setup.client.query('SET session_replication_role = replica');
  await setup.client.query(statement);
  await setup.client.query('SET session_replication_role = origin');
}

describe('a registry in order', () => {
  test('agrees with the anchors of all places, and with a given one', async () => {
    const last = await lastOf(3);
    await organisations(1);
    await setup.order();
    expect(await setup.verify()).toEqual({
      verified: 7,
      compared: null,
      difference: null,
      places: places(3, 3),
    });
    expect(await setup.verify({ since: last, stores: [] })).toMatchObject({ difference: null });
  });

  test('may have anchors that a store does not have yet', async () => {
    await anchors(2);
    await organisations(1);
    await setup.sign();
    expect(await setup.verify()).toMatchObject({ difference: null, places: places(2, 3) });
  });

  test('is verified without its anchors if no keys are known', async () => {
    await anchors(1);
    expect(await setup.verify({ keys: new Map() })).toMatchObject({ difference: null, places: null });
  });
});

describe('a history that the owner of the database rewrote, with a recomputed chain', () => {
  /** A bundle that was cancelled becomes active again: in its row, and in the journal, as if nothing had happened. */
  const REVIVAL = `
    DELETE FROM journal_position WHERE journal_id IN (
      SELECT id FROM journal WHERE entity_name = 'bundle' AND attributes_after ->> 'status' = 'Cancelled');
    DELETE FROM journal WHERE entity_name = 'bundle' AND attributes_after ->> 'status' = 'Cancelled';
    UPDATE journal_position p SET position = n.position - 1
    FROM (SELECT journal_id, row_number() OVER (ORDER BY journal_id) AS position FROM journal_position) AS n
    WHERE n.journal_id = p.journal_id AND p.position <> n.position - 1;
    UPDATE bundle SET status = 'Active', beneficiary = NULL WHERE status = 'Cancelled'`;
  const EDIT = `UPDATE journal SET attributes_after = attributes_after || '{"name": "forged"}'
    WHERE id = (SELECT min(id) FROM journal WHERE entity_name = 'organisation')`;

  test('passes the verification of the chain alone', async () => {
    await anchors(2);
    await setup.rewrite(EDIT);
    expect(await verifyJournal(setup.execute)).toMatchObject({ difference: null });
  });

  test('is reported with an anchor that somebody kept, although all others were removed', async () => {
    const first = await firstOf(2);
    await setup.rewrite(EDIT);
    await asOwner('DELETE FROM journal_anchor');
    expect(await setup.verify({ stores: [] })).toMatchObject({ difference: null });
    expect(await setup.verify({ since: first, stores: [] })).toMatchObject({
      difference: `position 1: the chain has another hash than the anchor 0: an entry was changed after ${first.signed_at}`,
    });
  });

  test('is reported with the anchors of a store', async () => {
    const first = await firstOf(2);
    await setup.rewrite(EDIT);
    expect(await setup.verify()).toMatchObject({
      difference: `position 1: the chain has another hash than the anchor 0: an entry was changed after ${first.signed_at}`,
    });
    await asOwner('DELETE FROM journal_anchor');
    expect((await setup.verify()).difference).toMatch(
      /^position 1: the chain has another hash than the anchor 0/,
    );
  });

  test('is reported if it revived a cancelled bundle, which the tables alone do not show', async ({
    market,
  }) => {
    const { id } = await market.bundle();
    await market.cancel([id]);
    const kept = await setup.sign();
    await setup.rewrite(REVIVAL);
    expect(await verifyJournal(setup.execute)).toMatchObject({ difference: null });
    expect((await setup.verify({ since: kept })).difference).not.toBeNull();
  });

  test('is not reported if it only changed entries after the anchor', async () => {
    const first = await firstOf(1);
    await organisations(2);
    await setup.order();
    await setup.rewrite(`UPDATE journal SET request_id = 'forged' WHERE id = (SELECT max(id) FROM journal)`);
    expect(await setup.verify({ since: first })).toMatchObject({ difference: null });
  });
});

describe('a journal that was truncated', () => {
  test('is reported with an anchor past its end', async () => {
    const last = await lastOf(2);
    await asOwner(`
      DELETE FROM journal WHERE id = (SELECT max(id) FROM journal);
      DELETE FROM journal_position WHERE position = (SELECT max(position) FROM journal_position);
      DELETE FROM journal_anchor WHERE number = 1`);
    expect(await setup.verify({ since: last, stores: [] })).toMatchObject({
      verified: 3,
      difference: 'the anchor 1 has the position 3, which the journal does not reach',
    });
  });
});

describe('anchors that were tampered with', () => {
  test('are reported if the database lacks one that a store has', async () => {
    await anchors(2);
    await asOwner('DELETE FROM journal_anchor WHERE number = 1');
    expect(await setup.verify()).toMatchObject({
      difference: 'the database lacks the anchor 1, which the directory has',
    });
  });

  test('are reported if a store lacks one before others', async () => {
    const first = await firstOf(3);
    rmSync(fileOf(first));
    expect((await setup.verify()).difference).toBe(
      'the directory: the anchor 0 is missing; the next one is 1',
    );
  });

  test('are reported if a file was edited', async () => {
    const first = await firstOf(1);
    rmSync(fileOf(first));
    writeFileSync(fileOf(first), textOf({ ...first, energy_wh: { Active: '1' } }));
    expect((await setup.verify()).difference).toBe('the directory: the anchor 0 has a wrong signature');
  });

  test('are reported if a file is no anchor', async () => {
    const first = await firstOf(1);
    rmSync(fileOf(first));
    writeFileSync(fileOf(first), '{}');
    expect((await setup.verify()).difference).toBe(
      `the directory: the file ${fileNameOf(first)} is not an anchor`,
    );
  });

  test('are reported if two places have different ones, both signed', async () => {
    await organisations(2);
    const anchor = await setup.sign();
    await setup.store.put(signAnchor({ ...anchor, signed_at: '2026-03-15T11:00:00.000Z' }, setup.key));
    expect((await setup.verify()).difference).toBe(
      'the database: the anchor 0 differs from the one of another place',
    );
  });

  test('are reported if one does not name the one before it', async () => {
    const first = await firstOf(1);
    await organisations(1);
    await setup.order();
    const forged = { ...first, number: 1, position: first.position + 1, previous: 'ab'.repeat(32) };
    await insertAnchor(setup.execute, signAnchor(forged, setup.key));
    expect((await setup.verify()).difference).toBe(
      'the database: the anchor 1 does not follow from the one before it',
    );
  });

  test('are reported if the given one differs from the one of the registry', async () => {
    const first = await firstOf(1);
    const other = signAnchor({ ...first, signed_at: '2026-03-15T11:00:00.000Z' }, setup.key);
    expect((await setup.verify({ since: other })).difference).toBe(
      'the given anchor 0 differs from the one of the registry',
    );
  });

  test('are reported if the given one has another key', async () => {
    const first = await firstOf(1);
    const stranger = aKey();
    const since = signAnchor({ ...first, hash: 'ab'.repeat(32) }, stranger);
    expect((await setup.verify({ since })).difference).toBe(
      `the given anchor is signed by the key ${stranger.keyId}, which is not known`,
    );
  });

  test('are reported if one states other energy than the entries make', async ({ market }) => {
    await market.bundle({ quantity: 100 });
    await setup.order();
    const honest = await setup.sign();
    await asOwner('DELETE FROM journal_anchor');
    await insertAnchor(setup.execute, signAnchor({ ...honest, energy_wh: { Active: '99' } }, setup.key));
    expect((await setup.verify()).difference).toBe(
      `the anchor 0 states other energy by status than the entries up to position ${honest.position} make`,
    );
  });
});

describe('a key that was replaced', () => {
  test('is accepted up to its last position', async () => {
    const first = await firstOf(1);
    await organisations(1);
    const next = aKey();
    await setup.store.put(await setup.sign(next));
    const ended = (last_position: number) =>
      keySetOf([{ ...publicJwkOf(setup.key), last_position }, publicJwkOf(next)]);
    const position = first.position;
    expect(await setup.verify({ keys: ended(position) })).toMatchObject({ difference: null });
    expect((await setup.verify({ keys: ended(position - 1) })).difference).toBe(
      `the directory: the anchor 0 is signed by the key ${setup.key.keyId}, which ended with position ${position - 1}`,
    );
    expect((await setup.verify({ keys: keysOf(next) })).difference).toContain('which is not known');
  });
});

test('an empty store is in order', async () => {
  await anchors(1);
  const empty = anotherDirectory(setup);
  expect(await setup.verify({ stores: [empty] })).toMatchObject({ difference: null, places: places(0, 1) });
});
