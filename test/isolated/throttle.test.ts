import { hash, verify } from '@node-rs/argon2';
import type { FastifyInstance } from 'fastify';
import { afterAll, describe, expect, vi } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { openConfiguredDatabase } from '../../src/start.ts';
import type { Client } from '../harness/client.ts';
import { test as baseTest } from '../harness/fixtures.ts';
import { emailOf, logIn, post } from '../harness/login.ts';
import { NOW, PASSWORD, type TestRegistry } from '../harness/registry.ts';

vi.mock('@node-rs/argon2', async (load) => {
  const argon2 = await load<typeof import('@node-rs/argon2')>();
  return { ...argon2, hash: vi.fn(argon2.hash), verify: vi.fn(argon2.verify) };
});

const test = baseTest.extend('settings', { scope: 'file' }, { TRUSTED_PROXIES: '127.0.0.1' });

let user: Client;
let email: string;
/** A second process of the same registry, with connections of its own. */
let other: { app: FastifyInstance; stop(): Promise<void> };

test.beforeAll(async ({ registry }) => {
  const { config, app } = registry;
  const database = await openConfiguredDatabase(config, app.log);
  const second = await buildApp({ config, database, clock: () => NOW, log: app.log });
  other = { app: second, stop: () => second.close().then(() => database.stop()) };
});
afterAll(async () => {
  await other.stop();
});

test.beforeEach(async ({ registry }) => {
  user = await registry.as('TRADING_USER');
  email = await emailOf(registry, user);
  await registry.primary.query('TRUNCATE login_throttle');
  vi.mocked(hash).mockClear();
  vi.mocked(verify).mockClear();
});

const attempt = (
  registry: TestRegistry,
  username: string,
  password: string,
  address = '192.0.2.1',
  app = registry.app,
) => post(app, '/auth/login', { username, password }, address);

const anEmail = () => `${crypto.randomUUID()}@example.com`;

async function fail(
  registry: TestRegistry,
  times: number,
  username = email,
  address?: string,
  app?: FastifyInstance,
) {
  const statuses: number[] = [];
  for (let guess = 0; guess < times; guess++)
    statuses.push((await attempt(registry, username, `guess ${guess}`, address, app)).statusCode);
  return statuses;
}

/** Ends the windows, by the clock of the database. */
const windowsEnd = (registry: TestRegistry) =>
  registry.primary.query('UPDATE login_throttle SET window_ends_at = now()');

describe('guessing a password', () => {
  test('is refused after 10 failures with 429 and the time to wait, even with the right password', async ({
    registry,
  }) => {
    expect(await fail(registry, 11)).toEqual([...Array(10).fill(401), 429]);
    const answer = await attempt(registry, email, PASSWORD);
    expect(answer.statusCode).toBe(429);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    const seconds = Number(answer.headers['retry-after']);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(900);
  });

  test('is not unlocked by a change of the e-mail', async ({ registry, admin }) => {
    const guess = () =>
      user.post('/auth/change_password', {
        current_password: 'not the password',
        new_password: 'another password entirely',
      });
    const rename = async (to: string) => {
      const body = { email: to, current_password: PASSWORD };
      const answer = await admin.post(`/user/change_email/${user.userId}`, body);
      expect(answer.statusCode, answer.body).toBe(200);
      return to;
    };
    for (let n = 0; n < 10; n++) expect((await guess()).statusCode).toBe(422);
    const renamed = await rename(anEmail());
    expect((await guess()).statusCode).toBe(429);
    expect((await attempt(registry, renamed, PASSWORD, '127.0.0.1')).statusCode).toBe(429);
    const again = await rename(anEmail());
    expect(await fail(registry, 10, again)).toEqual(Array(10).fill(401));
    expect(await fail(registry, 1, await rename(anEmail()))).toEqual([429]);
  });

  test('is counted across all processes', async ({ registry }) => {
    expect(await fail(registry, 5)).toEqual(Array(5).fill(401));
    expect(await fail(registry, 6, email, '192.0.2.1', other.app)).toEqual([...Array(5).fill(401), 429]);
    expect(await fail(registry, 1)).toEqual([429]);
  });

  test('is not faster with concurrent attempts', async ({ registry }) => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        attempt(registry, email, `guess ${index}`, '192.0.2.1', index % 2 ? other.app : registry.app),
      ),
    );
    expect(answers.filter(({ statusCode }) => statusCode === 401)).toHaveLength(10);
    expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(20);
    expect(verify).toHaveBeenCalledTimes(10);
  });

  test('is not unlocked by another case of the e-mail, or surrounding blanks', async ({ registry }) => {
    await fail(registry, 10);
    expect((await attempt(registry, email.toUpperCase(), PASSWORD)).statusCode).toBe(429);
    expect((await attempt(registry, ` ${email}`, PASSWORD)).statusCode).toBe(429);
  });

  test('is possible again after the window, so nobody is locked out permanently', async ({ registry }) => {
    await fail(registry, 40);
    await windowsEnd(registry);
    expect((await attempt(registry, email, PASSWORD)).statusCode).toBe(200);
  });

  test('does not extend the window', async ({ registry }) => {
    await fail(registry, 10);
    const ends = async () =>
      (await registry.primary.query('SELECT max(window_ends_at) AS at FROM login_throttle')).rows;
    const before = await ends();
    await fail(registry, 10);
    expect(await ends()).toEqual(before);
  });

  test('is no longer counted after a successful login', async ({ registry }) => {
    await fail(registry, 9);
    expect((await attempt(registry, email, PASSWORD)).statusCode).toBe(200);
    expect(await fail(registry, 10)).toEqual(Array(10).fill(401));
  });

  test('for many accounts from one network is refused after 100 failures', async ({ registry }) => {
    for (let user = 0; user < 20; user++)
      expect(await fail(registry, 5, anEmail())).toEqual(Array(5).fill(401));
    expect(await fail(registry, 1, anEmail())).toEqual([429]);
    expect((await attempt(registry, email, PASSWORD)).statusCode).toBe(429);
    expect((await attempt(registry, email, PASSWORD, '192.0.2.2')).statusCode).toBe(200);
  });

  test("is not unlocked by logins to one's own account in between", async ({ registry }) => {
    for (let user = 0; user < 20; user++) {
      await fail(registry, 5, anEmail());
      await attempt(registry, email, PASSWORD);
    }
    expect(await fail(registry, 1, anEmail())).toEqual([429]);
  });

  test('for one account from many networks is refused after 50 failures', async ({ registry }) => {
    for (let network = 1; network <= 5; network++) await fail(registry, 10, email, `198.51.100.${network}`);
    expect(await fail(registry, 1, email, '198.51.100.6')).toEqual([429]);
    expect((await attempt(registry, email, PASSWORD, '198.51.100.7')).statusCode).toBe(429);
  });

  test('locks out no user in a network of an earlier login', async ({ registry }) => {
    expect((await attempt(registry, email, PASSWORD, '203.0.113.1')).statusCode).toBe(200);
    for (let network = 1; network <= 6; network++) await fail(registry, 10, email, `198.51.100.${network}`);
    expect((await attempt(registry, email, PASSWORD, '203.0.113.1')).statusCode).toBe(200);
    expect((await attempt(registry, email, PASSWORD, '203.0.113.2')).statusCode).toBe(429);
  });

  test('locks out no user in a throttled network of an earlier login', async ({ registry }) => {
    expect((await attempt(registry, email, PASSWORD)).statusCode).toBe(200);
    await fail(registry, 1, anEmail());
    await registry.primary.query('UPDATE login_throttle SET failures = 100 WHERE failures = 1');
    expect(await fail(registry, 1, anEmail())).toEqual([429]);
    expect((await attempt(registry, email, PASSWORD)).statusCode).toBe(200);
    expect(await fail(registry, 11)).toEqual([...Array(10).fill(401), 429]);
  });

  test('from many networks of one IPv6 site ends after 400 failures', async ({ registry }) => {
    await fail(registry, 1, anEmail(), '2001:db8:7:1::1');
    await registry.primary.query('UPDATE login_throttle SET failures = 400');
    expect(await fail(registry, 1, anEmail(), '2001:db8:7:2::1')).toEqual([429]);
    expect(await fail(registry, 1, anEmail(), '2001:db8:8:2::1')).toEqual([401]);
  });

  test('from addresses of one IPv6 network counts as one client', async ({ registry }) => {
    for (let host = 1; host <= 10; host++) await fail(registry, 1, email, `2001:db8:1:2::${host}`);
    expect(await fail(registry, 1, email, '2001:db8:1:2:ffff::1')).toEqual([429]);
    expect((await attempt(registry, email, PASSWORD, '2001:db8:1:3::1')).statusCode).toBe(200);
    await fail(registry, 10, email, '::ffff:192.0.2.9');
    expect(await fail(registry, 1, email, '192.0.2.9')).toEqual([429]);
  });
});

describe('correct logins at once', () => {
  const together = (registry: TestRegistry, passwords: readonly string[]) =>
    Promise.all(
      passwords.map((password, index) =>
        attempt(registry, email, password, '192.0.2.1', index % 2 ? other.app : registry.app),
      ),
    );

  test('all succeed, however many there are', async ({ registry }) => {
    const answers = await together(registry, Array(32).fill(PASSWORD));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(32).fill(200));
    const { rows } = await registry.primary.query(
      'SELECT max(failures) AS failures, max(under_way) AS n FROM login_throttle',
    );
    expect(rows).toEqual([{ failures: 0, n: 0 }]);
  });

  test('are not refused because of failures under way, and do not hide them', async ({ registry }) => {
    const answers = await together(registry, [...Array(9).fill('wrong'), ...Array(9).fill(PASSWORD)]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([
      ...Array(9).fill(401),
      ...Array(9).fill(200),
    ]);
    expect(await fail(registry, 11)).toContain(429);
  });

  test('do not wait for an attempt of a crashed process, which counts as a failure', async ({ registry }) => {
    await fail(registry, 10);
    await registry.primary.query(
      `UPDATE login_throttle SET under_way = failures, under_way_until = now() - interval '1 second'`,
    );
    expect(await fail(registry, 1)).toEqual([429]);
  });
});

describe('the client address', () => {
  const forwarded = (registry: TestRegistry, from: string, address: string) =>
    registry.app.inject({
      method: 'POST',
      url: '/auth/login',
      payload: { username: email, password: 'wrong' },
      remoteAddress: from,
      headers: { 'x-forwarded-for': address },
    });

  test('is stated by a trusted proxy', async ({ registry }) => {
    for (let guess = 0; guess < 10; guess++) await forwarded(registry, '127.0.0.1', '192.0.2.1');
    expect((await forwarded(registry, '127.0.0.1', '192.0.2.1')).statusCode).toBe(429);
    expect((await forwarded(registry, '127.0.0.1', '192.0.2.2')).statusCode).toBe(401);
  });

  test('is not stated by any other client', async ({ registry }) => {
    for (let guess = 0; guess < 10; guess++) await forwarded(registry, '192.0.2.1', `198.51.100.${guess}`);
    expect((await forwarded(registry, '192.0.2.1', '198.51.100.99')).statusCode).toBe(429);
  });
});

describe('an unknown e-mail', () => {
  const documentOf = ({ statusCode, body }: Awaited<ReturnType<typeof attempt>>) => ({
    statusCode,
    document: { ...JSON.parse(body), instance: '' },
  });

  test('receives the same responses as a user, one by one, up to the last ones', async ({ registry }) => {
    const nobody = anEmail();
    for (let guess = 0; guess < 12; guess++) {
      const [known, unknown] = [
        await attempt(registry, email, 'wrong'),
        await attempt(registry, nobody, 'wrong'),
      ];
      expect(documentOf(unknown)).toEqual(documentOf(known));
    }
  });

  test('costs the same work: one verification with the same parameters, and as many counters', async ({
    registry,
  }) => {
    const work = async (username: string) => {
      vi.mocked(hash).mockClear();
      vi.mocked(verify).mockClear();
      const before = await counts(registry);
      await attempt(registry, username, 'wrong');
      const hashes = vi.mocked(verify).mock.calls.map(([hashed]) => String(hashed).split('$').slice(0, 4));
      return { hashes, made: vi.mocked(hash).mock.calls.length, counted: (await counts(registry)) - before };
    };
    await attempt(registry, anEmail(), 'wrong');
    const [known, unknown] = [await work(email), await work(anEmail())];
    expect(unknown).toEqual(known);
    expect(known.hashes).toHaveLength(1);
  });

  /** The attempts counted so far, of all subjects. */
  async function counts(registry: TestRegistry): Promise<number> {
    const { rows } = await registry.primary.query(
      'SELECT coalesce(sum(failures), 0)::int AS n FROM login_throttle',
    );
    return rows[0].n;
  }

  test('is refused without any work after too many attempts', async ({ registry }) => {
    const nobody = anEmail();
    await fail(registry, 10, nobody);
    vi.mocked(verify).mockClear();
    expect(await fail(registry, 2, nobody)).toEqual([429, 429]);
    expect(verify).not.toHaveBeenCalled();
  });
});

describe('the table of attempts', () => {
  test('contains no e-mails and no addresses, and is neither in the journal nor in the WAL that standbys read', async ({
    registry,
  }) => {
    await fail(registry, 2);
    const { rows } = await registry.primary.query('SELECT to_jsonb(t)::text AS text FROM login_throttle t');
    for (const { text } of rows) expect(text).not.toMatch(/example|192\.0\.2/);
    const { rows: kind } = await registry.primary.query(
      `SELECT relpersistence FROM pg_class WHERE relname = 'login_throttle'`,
    );
    expect(kind).toEqual([{ relpersistence: 'u' }]);
    const { rows: entries } = await registry.primary.query(
      `SELECT count(*)::int AS n FROM journal WHERE entity_name IN ('login_throttle', 'session', 'api_key_secret')`,
    );
    expect(entries[0].n).toBe(0);
  });

  test('does not grow: expired rows are deleted by later attempts', async ({ registry }) => {
    await registry.primary.query(
      `INSERT INTO login_throttle (subject, failures, window_ends_at, kept_until)
       SELECT sha256(n::text::bytea), 1, now() - interval '1 hour', now() - interval '1 hour' FROM generate_series(1, 500) AS n`,
    );
    await fail(registry, 5);
    const { rows } = await registry.primary.query('SELECT count(*)::int AS n FROM login_throttle');
    expect(rows[0].n).toBe(3);
  });

  test('grows by at most 201 rows per network, for any number of e-mails', async ({ registry }) => {
    for (let guess = 0; guess < 110; guess++) await fail(registry, 1, anEmail());
    const { rows } = await registry.primary.query('SELECT count(*)::int AS n FROM login_throttle');
    expect(rows[0].n).toBe(201);
  });

  test('may be lost in a crash without locking anybody out', async ({ registry }) => {
    await fail(registry, 10);
    await registry.primary.query('TRUNCATE login_throttle');
    expect((await logIn(registry, email)).tokens.user_id).toBe(user.userId);
  });
});
