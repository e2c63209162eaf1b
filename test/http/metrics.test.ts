import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, vi } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { expireBatch } from '../../src/certificate/index.ts';
import { type Journal, startJournal } from '../../src/journal/index.ts';
import { tradingPair } from '../harness/builders.ts';
import { openEventStore, type TestEventStore } from '../harness/event-store.ts';
import { test } from '../harness/fixtures.ts';
import { type Metrics, metricsOf } from '../harness/metrics.ts';
import { aRecurring, inDays, runDue } from '../harness/recurring.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

const read = (registry: TestRegistry) => metricsOf(registry.app);

/** The increase of a value during `work`. */
async function growth(
  registry: TestRegistry,
  work: () => Promise<unknown>,
  name: string,
  labels: Record<string, string>,
): Promise<number> {
  const before = (await read(registry)).value(name, labels) ?? 0;
  await work();
  return ((await read(registry)).value(name, labels) ?? 0) - before;
}

describe('requests', () => {
  test('are counted by method, route pattern and status, not by path', async ({ registry, market }) => {
    const labels = { method: 'GET', route: '/certificate/:id', status: '404' };
    const ask = async () => {
      for (const id of [999_991, 999_992]) await market.trader.get(`/certificate/${id}`);
      await market.trader.get('/certificates/999993');
    };
    expect(await growth(registry, ask, 'registry_http_requests_total', labels)).toBe(3);
    expect(await growth(registry, ask, 'registry_http_request_duration_seconds_count', labels)).toBe(3);
    expect((await read(registry)).text).not.toMatch(/certificate\/\d/);
  });

  test('to unknown paths share one series', async ({ registry }) => {
    const ask = async () => {
      for (const path of ['/a', '/b/c', '/d?e=f']) await registry.app.inject(path);
    };
    const labels = { method: 'GET', route: '(none)', status: '404' };
    expect(await growth(registry, ask, 'registry_http_requests_total', labels)).toBe(3);
  });

  test('that are refused without a token are counted', async ({ registry }) => {
    const labels = { method: 'POST', route: '/certificate/transfer', status: '401' };
    const ask = () => registry.app.inject({ method: 'POST', url: '/certificate/transfer' });
    expect(await growth(registry, ask, 'registry_http_requests_total', labels)).toBe(1);
  });
});

describe('actions and their energy', () => {
  const moved = (action: string) => ({ action, result: 'Success' });

  test('are counted by type, for whole bundles and parts', async ({ registry, market }) => {
    const [whole, part] = [await market.bundle({ quantity: 100 }), await market.bundle({ quantity: 100 })];
    const ask = async () => {
      await market.transfer([whole.id]);
      await market.transfer([part.id], { certificate_quantity: 30 });
    };
    expect(await growth(registry, ask, 'registry_action_energy_wh_total', moved('transfer'))).toBe(130);
    expect((await read(registry)).value('registry_actions_total', moved('transfer'))).toBe(2);
  });

  test('include issuances', async ({ registry, market }) => {
    const ask = () => market.bundle({ quantity: 70 });
    expect(await growth(registry, ask, 'registry_action_energy_wh_total', moved('issue'))).toBe(70);
  });

  test('count a refusal once, without energy', async ({ registry, market }) => {
    const { id } = await market.bundleIn('Cancelled');
    const failure = { action: 'transfer', result: 'Failure' };
    expect(await growth(registry, () => market.transfer([id]), 'registry_actions_total', failure)).toBe(1);
    expect((await read(registry)).value('registry_action_energy_wh_total', failure)).toBe(0);
  });

  test('include those of the scheduler: expiries and recurring runs, also refused ones', async ({
    registry,
  }) => {
    const trade = await tradingPair(registry);
    await trade.bundle({ quantity: 100 });
    await aRecurring(trade, 'transfer');
    const run = () => runDue(registry, NOW);
    expect(await growth(registry, run, 'registry_action_energy_wh_total', moved('transfer'))).toBe(100);
    const failures = { action: 'transfer', result: 'Failure' };
    expect(
      await growth(registry, () => runDue(registry, inDays(1)), 'registry_actions_total', failures),
    ).toBe(1);
    const lapsing = await trade.bundle({ quantity: 40 });
    await registry.primary.query(
      `UPDATE bundle SET status = 'Cancelled', beneficiary = 'B' WHERE status = 'Active' AND id <> $1`,
      [lapsing.id],
    );
    const expire = () => expireBatch(registry.database, new Date(lapsing.expiry_datestamp));
    expect(await growth(registry, expire, 'registry_action_energy_wh_total', moved('expire'))).toBe(40);
    expect((await read(registry)).value('registry_actions_total', moved('expire'))).toBe(1);
  });

  test('exclude dry runs and repeated requests', async ({ registry, market }) => {
    const { id } = await market.bundle();
    const body = {
      source_id: market.source.id,
      target_id: market.target.id,
      granular_certificate_bundle_ids: [id],
    };
    const key = { 'idempotency-key': crypto.randomUUID() };
    const ask = async () => {
      await market.trader.post('/certificate/transfer?dry_run=true', body);
      await market.trader.post('/certificate/transfer', body, key);
      await market.trader.post('/certificate/transfer', body, key);
    };
    expect(await growth(registry, ask, 'registry_actions_total', moved('transfer'))).toBe(1);
  });

  test('exclude what was rolled back', async ({ registry }) => {
    const ask = () =>
      registry.database
        .transact({ userId: null, requestId: null }, async (tx) => {
          tx.onCommit({ action: 'transfer', result: 'Success', energyWh: 5 });
          throw new Error('no commit');
        })
        .catch(() => undefined);
    expect(await growth(registry, ask, 'registry_action_energy_wh_total', moved('transfer'))).toBe(0);
  });
});

describe('the state gauges', () => {
  test('report the primary, each standby with its lag, and the pools', async ({ registry }) => {
    const metrics = await read(registry);
    expect(metrics.value('registry_primary_up')).toBe(1);
    const standby = { standby: 'standby 1' };
    expect(metrics.value('registry_standby_state', { ...standby, state: 'streaming' })).toBe(1);
    expect(metrics.value('registry_standby_state', { ...standby, state: 'late' })).toBe(0);
    expect(metrics.value('registry_standby_lag_bytes', standby)).toBeGreaterThanOrEqual(0);
    expect(metrics.value('registry_standby_lag_seconds', standby)).toBeGreaterThanOrEqual(0);
    for (const labels of [
      { server: 'primary', use: 'write' },
      { server: 'primary', use: 'read' },
      { server: 'standby 1', use: 'read' },
    ]) {
      expect(metrics.value('registry_pool_size', labels)).toBe(registry.config.DATABASE_POOL_SIZE);
      expect(metrics.value('registry_pool_waiting', labels)).toBe(0);
      expect(metrics.value('registry_pool_connections', { ...labels, state: 'busy' })).toBe(0);
    }
  });

  test('report connections in use and waiting requests', async ({ registry }) => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const size = registry.config.DATABASE_POOL_SIZE;
    const holders = Array.from({ length: size + 2 }, () =>
      registry.database.transact({ userId: null, requestId: null }, () => held),
    );
    const labels = { server: 'primary', use: 'write' };
    await vi.waitFor(async () => {
      const metrics = await read(registry);
      expect(metrics.value('registry_pool_connections', { ...labels, state: 'busy' })).toBe(size);
      expect(metrics.value('registry_pool_waiting', labels)).toBe(2);
    }, 20_000);
    letGo();
    await Promise.all(holders);
  });

  test('omit unknown values', async ({ registry }) => {
    const { config, log } = { config: registry.config, log: registry.app.log };
    const lost = () => Promise.reject(new Error('lost'));
    const database = {
      ...registry.database,
      read: lost,
      status: () => ({
        primary: 'down' as const,
        replicas: [{ name: 'standby 1', state: 'unreachable' as const, lagBytes: null, lagSeconds: null }],
      }),
    };
    const app = await buildApp({ config, database, log, clock: () => new Date() });
    const metrics = await metricsOf(app);
    await app.close();
    expect(metrics.value('registry_primary_up')).toBe(0);
    expect(metrics.value('registry_standby_state', { standby: 'standby 1', state: 'unreachable' })).toBe(1);
    for (const name of ['registry_standby_lag_seconds', 'registry_journal_position', 'registry_relay_lag']) {
      expect(metrics.names).toContain(name);
      expect(metrics.values(name)).toEqual([]);
    }
  });

  test('include those of the process and its event loop', async ({ registry }) => {
    const metrics = await read(registry);
    expect(metrics.value('process_resident_memory_bytes')).toBeGreaterThan(0);
    expect(metrics.values('nodejs_eventloop_lag_p99_seconds')).toHaveLength(1);
  });
});

describe('the journal gauges', () => {
  let eventStore: TestEventStore;
  let journal: Journal;

  test.beforeAll(async ({ registry }) => {
    eventStore = await openEventStore();
    journal = startJournal({
      writeUrl: registry.config.DATABASE_WRITE_URL,
      ...eventStore.options,
      onError: () => {},
    });
  });
  afterAll(async () => {
    await journal.stop();
    await eventStore.stop();
  });

  test('report how far the journal is ordered and relayed', async ({ registry, market }) => {
    const { config, database, app } = registry;
    const leading = await buildApp({ config, database, log: app.log, clock: () => new Date(), journal });
    await market.bundle();
    const { rows } = await registry.primary.query('SELECT count(*)::int AS entries FROM journal');
    await vi.waitFor(async () => {
      const metrics = await metricsOf(leading);
      expect(metrics.value('registry_journal_leader')).toBe(1);
      expect(metrics.value('registry_journal_position')).toBe(rows[0].entries);
      expect(metrics.value('registry_journal_unordered')).toBe(0);
      expect(metrics.value('registry_relay_position')).toBe(rows[0].entries);
      expect(metrics.value('registry_relay_lag')).toBe(0);
      expect(metrics.value('registry_event_store_state', { state: 'up' })).toBe(1);
    }, 20_000);
    await leading.close();
  });
});

test('the anchor gauges report the last anchor, its stores and failures', async ({ registry }) => {
  const { config, database, app } = registry;
  const store = { name: 'directory', unwritten: 2, problem: 'it fails', warnings: [] } as const;
  const status = {
    last: { number: 4, position: 99, signed_at: '2026-03-15T12:00:00.000Z' },
    problem: 'a problem',
    stores: [{ ...store, state: 'down' as const }],
  };
  const signing = await buildApp({
    config,
    database,
    log: app.log,
    clock: () => new Date(),
    anchoring: { status: () => status },
  });
  const metrics = await metricsOf(signing);
  await signing.close();
  expect(metrics.value('registry_anchor_position')).toBe(99);
  expect(metrics.value('registry_anchor_timestamp_seconds')).toBe(1_773_576_000);
  expect(metrics.value('registry_anchor_failing')).toBe(1);
  expect(metrics.value('registry_anchor_store_state', { store: 'directory', state: 'down' })).toBe(1);
  expect(metrics.value('registry_anchor_store_state', { store: 'directory', state: 'up' })).toBe(0);
  expect(metrics.value('registry_anchor_store_unwritten', { store: 'directory' })).toBe(2);
  expect((await read(registry)).values('registry_anchor_position')).toEqual([]);
});

test('the scheduler reports whether it leads, and when it last completed all work', async ({ registry }) => {
  const { config, database, app } = registry;
  const status = {
    leads: true,
    bundlesExpired: 1,
    runsDone: 2,
    runsRefused: 3,
    lastTickAt: new Date(5_000),
    problem: 'It failed.',
  };
  const scheduling = await buildApp({
    config,
    database,
    log: app.log,
    clock: () => new Date(),
    scheduler: { status: () => ({ ...status }) },
  });
  const metrics = await metricsOf(scheduling);
  await scheduling.close();
  expect(metrics.value('registry_scheduler_leader')).toBe(1);
  expect(metrics.value('registry_scheduler_failing')).toBe(1);
  expect(metrics.value('registry_scheduler_expired_bundles_total')).toBe(1);
  expect(metrics.value('registry_scheduler_runs_total', { result: 'done' })).toBe(2);
  expect(metrics.value('registry_scheduler_runs_total', { result: 'refused' })).toBe(3);
  expect(metrics.value('registry_scheduler_last_tick_timestamp_seconds')).toBe(5);
  expect((await read(registry)).values('registry_scheduler_last_tick_timestamp_seconds')).toEqual([]);
});

test('two applications of one process count separately', async ({ registry }) => {
  const { config, database, app } = registry;
  const other = await buildApp({ config, database, log: app.log, clock: () => new Date() });
  const labels = { method: 'GET', route: '/health', status: '200' };
  const before = (await read(registry)).value('registry_http_requests_total', labels);
  await other.inject('/health');
  expect((await metricsOf(other)).value('registry_http_requests_total', labels)).toBe(1);
  expect((await read(registry)).value('registry_http_requests_total', labels)).toBe(before);
  await other.close();
});

test('concurrent reads return the same series', async ({ registry }) => {
  const texts = await Promise.all(Array.from({ length: 5 }, () => read(registry)));
  const series = (metrics: Metrics) => metrics.values('registry_pool_size').length;
  expect(texts.map(series)).toEqual([3, 3, 3, 3, 3]);
});

/** The names of the metrics in a text, without the suffixes of histogram series. */
const namesIn = (text: string) =>
  [...new Set([...text.matchAll(/\b(?:registry|process|nodejs)_[a-z0-9_]+/g)].map(([name]) => name))].map(
    (name) => name.replace(/_(bucket|count|sum)$/, ''),
  );

describe('the documentation of the metrics', () => {
  test("in the Grafana dashboard names existing metrics only, and all of the registry's own", async ({
    registry,
  }) => {
    const { names } = await read(registry);
    const dashboard = JSON.parse(await readFile('docs/grafana/registry.json', 'utf8'));
    const expressions: string[] = dashboard.panels.flatMap((panel: { targets?: { expr: string }[] }) =>
      (panel.targets ?? []).map(({ expr }) => expr),
    );
    const asked = namesIn(expressions.join('\n'));
    expect(asked.filter((name) => !names.includes(name))).toEqual([]);
    expect(names.filter((name) => name.startsWith('registry_') && !asked.includes(name))).toEqual([]);
  });

  test('in docs/OBSERVABILITY.md has a row for each, and only counters end in _total', async ({
    registry,
  }) => {
    const text = await readFile('docs/OBSERVABILITY.md', 'utf8');
    const rows = [...text.matchAll(/^\| `(registry_\w+)/gm)].map(([, name]) => name);
    const { names, text: metrics } = await read(registry);
    expect(rows.sort()).toEqual(names.filter((name) => name.startsWith('registry_')).sort());
    expect(metrics).not.toMatch(/^# TYPE registry_\w+(?:_total gauge|(?<!_total) counter)$/m);
  });
});
