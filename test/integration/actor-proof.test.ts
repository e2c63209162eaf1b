import pg from 'pg';
import { describe, expect, onTestFinished, vi } from 'vitest';
import { actorProver, installActorKeys } from '../../src/database/actor-proof.ts';
import { startRegistry } from '../../src/start.ts';
import { anAccount } from '../harness/builders.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import { emailOf, logIn } from '../harness/login.ts';
import { runDue } from '../harness/recurring.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';
import { NO_PRIVILEGE, refusalOf } from './database-rejections.ts';

const KEY = 'a key that only the processes of the registry know';
const PREVIOUS = 'the key before it, which some processes still use';

const test = baseTest.extend('settings', { scope: 'file' }, { DATABASE_ACTOR_KEY: KEY });

/** Makes the database require proofs, as `make db.update` does. */
async function requireProofs({ primary }: TestRegistry, ...keys: string[]): Promise<void> {
  const owner = await primary.connect();
  await installActorKeys(owner, keys);
  owner.release();
}

test.beforeAll(async ({ registry }) => {
  await requireProofs(registry, PREVIOUS, KEY);
});

/** A connection with the password of the application, and nothing else of it. */
async function withPassword({ config }: TestRegistry): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: config.DATABASE_WRITE_URL });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

const AN_ORGANISATION = `INSERT INTO organisation (name) VALUES (gen_random_uuid())`;

/** What becomes of a write in a transaction that names an actor with this proof. */
async function attempt(client: pg.Client, actorId: number | null, proof: string, write = AN_ORGANISATION) {
  await client.query('BEGIN');
  try {
    await client.query(
      `SELECT set_config('registry.actor_id', $1, true), set_config('registry.actor_proof', $2, true)`,
      [String(actorId ?? ''), proof],
    );
    await client.query(write);
    return 'nothing was refused';
  } catch (error) {
    return error instanceof pg.DatabaseError ? error.code : error;
  } finally {
    await client.query('ROLLBACK');
  }
}

describe('the password of the application', () => {
  test('changes nothing: every table that its role can write requires a proof', async ({ registry }) => {
    const { rows } = await registry.primary.query<{ name: string; proven: boolean }>(`
      SELECT c.relname AS name, EXISTS (
               SELECT FROM pg_trigger t
               WHERE t.tgrelid = c.oid AND t.tgfoid = 'require_actor_proof'::regproc AND t.tgenabled = 'O') AS proven
      FROM pg_class c
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
        AND (has_any_column_privilege('registry_write', c.oid, 'INSERT, UPDATE')
             OR has_table_privilege('registry_write', c.oid, 'DELETE, TRUNCATE'))`);
    expect(rows.length).toBeGreaterThan(15);
    expect(rows.filter(({ proven }) => !proven)).toEqual([]);
  });

  test.for([
    AN_ORGANISATION,
    `UPDATE credential SET password_hash = 'x'`,
    `INSERT INTO session (user_id, family_hash, secret_hash, created_at, refreshed_at, expires_at)
     SELECT min(id), sha256('a'), sha256('b'), now(), now(), now() + interval '1 day' FROM registry_user`,
    `UPDATE registry_user SET role = 'ADMIN', version = version + 1`,
    `UPDATE bundle SET status = 'Cancelled', beneficiary = 'X'`,
    'DELETE FROM login_throttle',
  ])('is not enough for: %s', async (statement, { registry, market }) => {
    await market.bundle();
    const client = await withPassword(registry);
    expect(await attempt(client, market.admin.userId, '', statement)).toBe(NO_PRIVILEGE);
    expect(await attempt(client, null, '', statement)).toBe(NO_PRIVILEGE);
  });

  test('reads no key', async ({ registry }) => {
    const app = new pg.Pool({ connectionString: registry.config.DATABASE_WRITE_URL, max: 1 });
    onTestFinished(() => app.end());
    expect(await refusalOf(app, 'SELECT * FROM actor_key')).toBe(NO_PRIVILEGE);
    expect(await refusalOf(app, 'DELETE FROM actor_key')).toBe(NO_PRIVILEGE);
  });
});

describe('a proof', () => {
  test('is of one of the keys', async ({ registry }) => {
    const client = await withPassword(registry);
    const by = (key: string) => attempt(client, 7, actorProver(key)(client, 7));
    expect([await by(KEY), await by(PREVIOUS), await by('another key, which nobody has installed')]).toEqual([
      'nothing was refused',
      'nothing was refused',
      NO_PRIVILEGE,
    ]);
  });

  test('is of one actor', async ({ registry }) => {
    const client = await withPassword(registry);
    const prove = actorProver(KEY);
    expect(await attempt(client, 8, prove(client, 7))).toBe(NO_PRIVILEGE);
    expect(await attempt(client, 8, prove(client, null))).toBe(NO_PRIVILEGE);
    expect(await attempt(client, null, prove(client, null))).toBe('nothing was refused');
  });

  test('is of one connection: a copied one is useless', async ({ registry }) => {
    const [client, other] = [await withPassword(registry), await withPassword(registry)];
    expect(await attempt(other, 7, actorProver(KEY)(client, 7))).toBe(NO_PRIVILEGE);
  });

  test.for([
    ['an expired', (now: number) => now - 125_000],
    ['a future', (now: number) => now + 180_000],
  ] as const)('is of its time: %s one is refused', async ([, moved], { registry }) => {
    const client = await withPassword(registry);
    vi.spyOn(Date, 'now').mockReturnValueOnce(moved(Date.now()));
    const proof = actorProver(KEY)(client, 7);
    expect(await attempt(client, 7, proof)).toBe(NO_PRIVILEGE);
  });

  test('does not let injected SQL act as another user', async ({ registry }) => {
    const client = await withPassword(registry);
    const injected = `INSERT INTO organisation (name) SELECT gen_random_uuid()::text || set_config('registry.actor_id', '1', true)`;
    expect(await attempt(client, 7, actorProver(KEY)(client, 7), injected)).toBe(NO_PRIVILEGE);
  });
});

test('with the key, the registry does all of its work', async ({ registry, market, admin }) => {
  const bundle = await market.bundle();
  expect((await market.transfer([bundle.id], { certificate_quantity: 10 })).statusCode).toBe(202);
  await anAccount(admin);
  const { client } = await logIn(registry, await emailOf(registry, market.trader));
  expect((await client.post('/auth/api_keys', { name: 'A', permissions: ['read'] })).statusCode).toBe(201);
  await runDue(registry, NOW);
  const { rows } = await registry.primary.query<{ actor: string }>(
    `SELECT DISTINCT actor_id AS actor FROM journal WHERE entity_name = 'bundle' AND event_type = 'UPDATE'`,
  );
  expect(rows).toEqual([{ actor: String(market.trader.userId) }]);
});

test('a process with another key does not start, and names the setting', async ({ registry }) => {
  const { DATABASE_ACTOR_KEY: _, ...withoutKey } = registry.config;
  await expect(startRegistry({ ...withoutKey, PORT: 0 }, registry.app.log)).rejects.toThrow(
    /DATABASE_ACTOR_KEY is not the key that the database requires/,
  );
});

test('without keys, no proof is required', async ({ registry }) => {
  const client = await withPassword(registry);
  await requireProofs(registry);
  onTestFinished(() => requireProofs(registry, PREVIOUS, KEY));
  expect(await attempt(client, null, '')).toBe('nothing was refused');
});
