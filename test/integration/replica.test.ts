import { createServer, type Socket } from 'node:net';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest';
import { PoolExhausted } from '../../src/database/connection-errors.ts';
import type { Reader } from '../../src/database/database.ts';
import { type Account, anAccount, type TradingPair, tradingPair } from '../harness/builders.ts';
import { startTestCluster, type TestCluster } from '../harness/cluster.ts';
import { openRegistry, type TestRegistry } from '../harness/registry.ts';
import { listen, openTcpProxy, type TcpProxy } from '../harness/tcp-proxy.ts';

/** Reads go to the standby, never show less than the client has written, and never wait for a server that is gone. */

let own: TestCluster;
let registry: TestRegistry;
let market: TradingPair;
let wire: TcpProxy;

const SHORT_LIMITS = { REPLICA_WAIT_MS: '300', REPLICA_MAX_LAG_MS: '1000', DATABASE_POOL_SIZE: '4' };

beforeAll(async () => {
  own = await startTestCluster({
    primaryPort: 15_446,
    standbyPort: 15_448,
    settings: { max_standby_streaming_delay: '50ms', hot_standby_feedback: 'off', shared_buffers: '16MB' },
  });
});

afterAll(() => own.stop());

beforeEach(async () => {
  wire = await openTcpProxy(own.cluster.standby.port);
  registry = await openRegistry(SHORT_LIMITS, own.urls, (url) => {
    url.port = String(wire.port);
  });
  await toBe('streaming');
  market = await tradingPair(registry);
});

afterEach(async () => {
  wire.thaw();
  await registry.close();
  wire.close();
});

const stateOf = () => registry.database.status().replicas.map(({ state }) => state);

async function toBe(state: 'streaming' | 'late' | 'unreachable'): Promise<void> {
  await expect.poll(stateOf, { timeout: 30_000, interval: 20 }).toEqual([state]);
}

/** The server that answers, as it identifies itself. */
const onStandby = async ({ execute }: Reader): Promise<boolean> => {
  const [row] = await execute<{ standby: boolean }>(sql`SELECT pg_is_in_recovery() AS standby`);
  return row?.standby ?? false;
};

const readingServer = async () => ((await registry.database.read(onStandby)) ? 'standby' : 'primary');

async function pauseReplay(): Promise<void> {
  await registry.standby.query('SELECT pg_wal_replay_pause()');
  onTestFinished(resumeReplay);
  await expect
    .poll(
      async () => (await registry.standby.query('SELECT pg_get_wal_replay_pause_state() AS s')).rows[0].s,
      {
        timeout: 30_000,
      },
    )
    .toBe('paused');
}

async function resumeReplay(): Promise<void> {
  const client = new pg.Client({ connectionString: own.urls.standby });
  await client.connect();
  await client.query('SELECT pg_wal_replay_resume()');
  await client.end();
}

const opened = (client = market.admin) =>
  client.post('/account/create', { account_name: `Account ${crypto.randomUUID()}` });

describe('a healthy standby', () => {
  test('answers reads', async () => {
    expect(await readingServer()).toBe('standby');
  });

  test('shows each write at once, to any client', async () => {
    for (let n = 0; n < 40; n++) {
      const { id } = await anAccount(market.admin);
      expect((await market.admin.get(`/account/${id}`)).statusCode).toBe(200);
    }
  });

  test('is not mentioned in the response to a write', async () => {
    const answer = await opened();
    expect(answer.headers['registry-replica']).toBeUndefined();
    expect(answer.headers['registry-consistency']).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
  });

  test('stays in use while all connections to it are busy', async () => {
    const reads = Array.from({ length: 4 }, () =>
      registry.database.read(async (reader) => {
        await reader.execute(sql`SELECT pg_sleep(3)`);
        return onStandby(reader);
      }),
    );
    expect(await Promise.all(reads)).toEqual([true, true, true, true]);
    expect(stateOf()).toEqual(['streaming']);
  });

  test('whose connections stay busy is overloaded: further reads fail, and take none of the primary', async () => {
    const busy = Array.from({ length: 4 }, () =>
      registry.database.read(({ execute }) => execute(sql`SELECT pg_sleep(5)`)),
    );
    const servers: boolean[] = [];
    const further = registry.database.read(async (reader) => servers.push(await onStandby(reader)));
    await expect(further).rejects.toBeInstanceOf(PoolExhausted);
    expect(servers).toEqual([]);
    expect((await market.admin.get('/user/me')).json()).toMatchObject({
      type: 'urn:gc-registry:problem:overloaded',
      status: 503,
    });
    await Promise.all(busy);
    expect(stateOf()).toEqual(['streaming']);
    expect(await readingServer()).toBe('standby');
  });

  test('refuses writes of a query, and so does the primary in its place', async () => {
    const write = ({ execute }: Reader) => execute(sql`UPDATE account SET timezone = 'UTC'`);
    await expect(registry.database.read(write)).rejects.toThrow();
    await expect(registry.database.readPrimary(write)).rejects.toThrow();
  });
});

describe('a standby that has stopped to replay', () => {
  test('does not fail a write; the response says that the standby lags', async () => {
    await pauseReplay();
    const answer = await opened();
    expect(answer.statusCode).toBe(201);
    expect(answer.headers['registry-replica']).toBe('lagging');
  });

  test('is bypassed for a client that sends the token of its write', async () => {
    await pauseReplay();
    const answer = await opened();
    const token = String(answer.headers['registry-consistency']);
    const read = await market.admin.get(`/account/${answer.json().id}`, { 'registry-consistency': token });
    expect(read.statusCode).toBe(200);
  });

  test('is bypassed for the look-up of the caller, too: a new account is visible to its user at once', async () => {
    const producer = await registry.as('PRODUCTION_USER');
    await pauseReplay();
    const answer = await opened(producer);
    const token = String(answer.headers['registry-consistency']);
    const read = await producer.get(`/account/${answer.json().id}`, { 'registry-consistency': token });
    expect(read.statusCode).toBe(200);
  });

  test('is bypassed for a stream with the token of a write', async () => {
    await pauseReplay();
    const { id } = await market.bundle();
    const moved = await market.transfer([id]);
    const stream = await market.receiver.post(
      '/certificate/query',
      { source_id: market.target.id },
      {
        accept: 'application/x-ndjson',
        'registry-consistency': String(moved.headers['registry-consistency']),
      },
    );
    expect(JSON.parse(stream.body).id).toBe(id);
  });

  test('serves no reads once it is late, and serves them again when it has caught up', async () => {
    await pauseReplay();
    const { id } = (await opened()).json() satisfies Account;
    await toBe('late');
    expect((await market.admin.get(`/account/${id}`)).statusCode).toBe(200);
    expect((await market.admin.get('/health/ready')).json()).toMatchObject({
      status: 'degraded',
      primary: 'up',
      standbys: [{ state: 'late', lag_bytes: expect.any(Number) }],
    });
    await resumeReplay();
    await toBe('streaming');
    expect(await readingServer()).toBe('standby');
    expect((await market.admin.get(`/account/${id}`)).statusCode).toBe(200);
    expect((await opened()).headers['registry-replica']).toBeUndefined();
  });
});

test.each(['xyz', '0', '0/GG', "0/0'; --", ''])('the invalid token %j is refused', async (token) => {
  const answer = await market.admin.get('/account/list', { 'registry-consistency': token });
  expect(answer.statusCode).toBe(422);
});

test('a standby that is stopped is replaced by the primary, and used again after its restart', async () => {
  await own.cluster.standby.stop('immediate');
  try {
    const { statusCode, headers } = await opened();
    expect([statusCode, headers['registry-replica']]).toEqual([201, 'lagging']);
    expect((await market.admin.get(`/account/${market.source.id}`)).statusCode).toBe(200);
    expect(await readingServer()).toBe('primary');
  } finally {
    await own.cluster.standby.start();
  }
  await toBe('streaming');
  expect(await readingServer()).toBe('standby');
});

describe('a standby that is late when the primary goes down', () => {
  beforeEach(async () => {
    await pauseReplay();
    await opened();
    await toBe('late');
    await own.cluster.primary.stop('immediate');
    await vi.waitFor(() => expect(registry.database.status().primary).toBe('down'), 30_000);
  });
  afterEach(() => own.cluster.primary.start());

  test('continues to answer, and readiness reports both', async () => {
    expect(await readingServer()).toBe('standby');
    expect((await market.admin.get(`/account/${market.source.id}`)).statusCode).toBe(200);
    const ready = await market.admin.get('/health/ready');
    expect([ready.statusCode, ready.json()]).toMatchObject([
      503,
      { primary: 'down', standbys: [{ state: 'late' }] },
    ]);
  });

  test('does not answer a client whose write it lacks', async () => {
    const read = await market.admin.get('/account/list', { 'registry-consistency': 'FFFFFFF/0' });
    expect(read.statusCode).toBe(503);
  });
});

describe('a standby that hangs', () => {
  test('does not stall new reads, and serves them again when it answers', async () => {
    wire.freeze();
    const reads = Array.from({ length: 20 }, () => market.admin.get(`/account/${market.source.id}`));
    expect(new Set((await Promise.all(reads)).map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
    await toBe('unreachable');
    expect(await readingServer()).toBe('primary');
    wire.thaw();
    await toBe('streaming');
    expect(await readingServer()).toBe('standby');
  });

  test('does not stall a running read, which the primary answers', async () => {
    const servers: boolean[] = [];
    const read = registry.database.read(async (reader) => {
      servers.push(await onStandby(reader));
      if (servers.length === 1) wire.freeze();
      servers.push(await onStandby(reader));
      return 'answered';
    });
    expect(await read).toBe('answered');
    expect(servers).toEqual([true, false, false]);
  });

  test('does not stall a write, and the response says so', async () => {
    wire.freeze();
    const { statusCode, headers } = await opened();
    expect([statusCode, headers['registry-replica']]).toEqual([201, 'lagging']);
  });

  test('does not stall a stream, which comes from the primary', async () => {
    const { id } = await market.bundle();
    wire.freeze();
    const body = { source_id: market.source.id };
    const stream = await market.trader.post('/certificate/query', body, { accept: 'application/x-ndjson' });
    expect(JSON.parse(stream.body).id).toBe(id);
  });

  test('does not prevent the shutdown of the registry', async () => {
    wire.freeze();
    await toBe('unreachable');
    const other = await openRegistry(SHORT_LIMITS, own.urls, (url) => {
      url.port = String(wire.port);
    });
    await other.close();
  });
});

test('a server that accepts connections without answering does not stall start, reads or writes', async () => {
  const silent = createServer();
  const sockets = new Set<Socket>();
  silent.on('connection', (socket) => sockets.add(socket.on('error', () => undefined)));
  const port = await listen(silent);
  const other = await openRegistry(SHORT_LIMITS, own.urls, (url) => {
    url.port = String(port);
  });
  const admin = await other.as('ADMIN');
  const answer = await opened(admin);
  expect([answer.statusCode, answer.headers['registry-replica']]).toEqual([201, 'lagging']);
  expect((await admin.get(`/account/${answer.json().id}`)).statusCode).toBe(200);
  await other.close();
  silent.close();
  for (const socket of sockets) socket.destroy();
});

/** During replay this lock waits for reads of the table, for at most the maximum delay of the standby. */
async function lockForAMoment(): Promise<void> {
  const reading = `SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid()`;
  await expect
    .poll(async () => (await registry.standby.query(reading)).rowCount, { timeout: 30_000, interval: 10 })
    .toBe(1);
  await registry.primary.query('BEGIN; LOCK TABLE account IN ACCESS EXCLUSIVE MODE; COMMIT');
}

test('a read that conflicts with the replay of the standby is repeated, and the standby stays in use', async () => {
  const servers: boolean[] = [];
  const seen = await registry.database.read(async (reader) => {
    servers.push(await onStandby(reader));
    if (servers.length === 1) {
      await Promise.all([reader.execute(sql`SELECT count(*) FROM account, pg_sleep(20)`), lockForAMoment()]);
    }
    return reader.execute<{ id: number }>(sql`SELECT id FROM account ORDER BY id LIMIT 1`);
  });
  expect(servers).toEqual([true, false]);
  expect(seen).toHaveLength(1);
  expect(stateOf()).toEqual(['streaming']);
});
