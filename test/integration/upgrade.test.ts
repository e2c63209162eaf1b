import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { firstViolation } from '../../src/certificate/index.ts';
import { ConfigError } from '../../src/config.ts';
import { migrate } from '../../src/database/migrate.ts';
import { replay, startJournal, verifyJournal } from '../../src/journal/index.ts';
import { expectConserved, type TradingPair, tradingPair } from '../harness/builders.ts';
import { openRegistry, type TestRegistry } from '../harness/registry.ts';
import { atDatabase } from '../harness/urls.ts';

/** An upgrade from the version of this checkout (N) to one with an added migration (N+1), and the way back. */

const EXPAND = `
  ALTER TABLE bundle ADD COLUMN note text NOT NULL DEFAULT 'none';
  --> statement-breakpoint
  CREATE TYPE review AS ENUM ('open', 'done');
  --> statement-breakpoint
  ALTER TABLE account
    ADD COLUMN review review NOT NULL DEFAULT 'open',
    ADD COLUMN alias text,
    ADD COLUMN weight numeric(6, 2) NOT NULL DEFAULT 1.5,
    ADD COLUMN reviewed_at timestamptz NOT NULL DEFAULT '2026-01-01T00:00Z',
    ADD COLUMN doubled numeric GENERATED ALWAYS AS (weight * 2) STORED;
  --> statement-breakpoint
  CREATE TABLE remark (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account_id bigint NOT NULL REFERENCES account,
                       remark text NOT NULL);
  --> statement-breakpoint
  CREATE TRIGGER zz_journal_insert AFTER INSERT ON remark REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION journal_insert();
`;

let registry: TestRegistry;
let market: TradingPair;
let newMigrations: string;

beforeEach(async () => {
  registry = await openRegistry();
  market = await tradingPair(registry);
  newMigrations = await mkdtemp(join(tmpdir(), 'migrations-'));
  await cp('migrations', newMigrations, { recursive: true });
  const listFile = join(newMigrations, 'meta/_journal.json');
  const list = JSON.parse(await readFile(listFile, 'utf8'));
  const added = { ...list.entries.at(-1), idx: list.entries.length, when: Date.now(), tag: '9999_expand' };
  await writeFile(listFile, JSON.stringify({ ...list, entries: [...list.entries, added] }));
  await writeFile(join(newMigrations, '9999_expand.sql'), EXPAND);
});
afterEach(async () => {
  await registry.close();
  await rm(newMigrations, { recursive: true, force: true });
});

function urls() {
  const { DATABASE_WRITE_URL: writeUrl, DATABASE_READ_URLS: readUrls } = registry.config;
  const ownerUrl = atDatabase(inject('cluster').primary, new URL(writeUrl).pathname.slice(1));
  return { ownerUrl, writeUrl, readUrls };
}

const upgrade = () => migrate(urls(), newMigrations);

/** Issues, splits, transfers and edits, as version N does. */
async function trade(): Promise<void> {
  const { id } = await market.bundle();
  await market.transfer([id], { certificate_quantity: 30 });
  const reply = await market.admin.patch(`/account/update/${market.target.id}`, {
    account_name: crypto.randomUUID(),
  });
  expect(reply.statusCode, reply.body).toBe(200);
}

/** Orders the journal, then checks the certificates and the chain. */
async function expectConsistent(): Promise<void> {
  await startJournalAndStop();
  await expectConserved(registry);
  await registry.database.readPrimary(async ({ execute }) => {
    expect(await firstViolation([execute])).toBeUndefined();
    expect(await verifyJournal(execute)).toMatchObject({ difference: null });
  });
}

async function startJournalAndStop(): Promise<void> {
  const journal = startJournal({ writeUrl: registry.config.DATABASE_WRITE_URL, onError: () => {} });
  await expect.poll(() => journal.status().leads, { timeout: 20_000 }).toBe(true);
  await journal.stop();
}

test('after a column with a default was added, the earlier events rebuild the database', async () => {
  await trade();
  await upgrade();
  await expectConsistent();
  expect((await replay({ urls: urls(), migrationsFolder: newMigrations })).difference).toBeNull();
});

test('changes of added columns in earlier rows follow from their events', async () => {
  await trade();
  await upgrade();
  await registry.primary.query(`
    UPDATE account SET alias = 'Al', weight = 2, review = 'done', reviewed_at = '2026-02-02T12:00Z' WHERE id = 1`);
  await registry.primary.query(`UPDATE bundle SET note = 'seen' WHERE status = 'Bundle Split'`);
  await registry.primary.query(`INSERT INTO remark (account_id, remark) VALUES (1, 'first')`);
  await expectConsistent();
  expect((await replay({ urls: urls(), migrationsFolder: newMigrations })).difference).toBeNull();
});

test('the earlier version works on the new schema: it trades, checks, verifies and replays', async () => {
  await trade();
  await upgrade();
  await registry.primary.query(`UPDATE account SET alias = 'Al', weight = 2 WHERE id = 1`);
  await registry.primary.query(`INSERT INTO remark (account_id, remark) VALUES (1, 'first')`);
  await trade();
  await expectConsistent();
  expect(await migrate(urls())).toEqual([]);
  expect((await replay({ urls: urls() })).difference).toBeNull();
  expect((await replay({ urls: urls(), migrationsFolder: newMigrations })).difference).toBeNull();
});

test.each(['this version', 'the earlier version'])(
  'a change of an added column behind the journal is found by %s',
  async (version) => {
    await trade();
    await upgrade();
    const client = await registry.primary.connect();
    await client.query(`SET session_replication_role = replica; UPDATE account SET weight = 3 WHERE id = 1`);
    client.release(true);
    const folder = version === 'this version' ? { migrationsFolder: newMigrations } : {};
    expect((await replay({ urls: urls(), ...folder })).difference).toBe(
      'account 1 has weight 3, but 1.5 in its events',
    );
  },
);

test('a replay by a version whose migrations the database lacks is refused, with the remedy', async () => {
  const replaying = replay({ urls: urls(), migrationsFolder: newMigrations });
  await expect(replaying).rejects.toThrow(ConfigError);
  await expect(replaying).rejects.toThrow(/make db\.update/);
});
