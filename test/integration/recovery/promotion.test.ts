import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startJournal } from '../../../src/journal/index.ts';
import { tradingPair } from '../../harness/builders.ts';
import { startTestCluster } from '../../harness/cluster.ts';
import { openEventStore } from '../../harness/event-store.ts';
import { environmentOf, runProgram } from '../../harness/program.ts';
import { openRegistry, reopenRegistry, type TestRegistry } from '../../harness/registry.ts';
import { startLoad } from './load.ts';

const TIMEOUT_MS = 300_000;
vi.setConfig({ testTimeout: TIMEOUT_MS });

async function aRegistryOnItsOwnCluster(settings: Record<string, string>) {
  const tested = await startTestCluster({
    primaryPort: 15_526,
    standbyPort: 15_528,
    settings: { shared_buffers: '16MB' },
  });
  onTestFinished(() => tested.stop());
  const registry = await openRegistry({}, tested.urls);
  onTestFinished(() => registry.close());
  for (const [name, value] of Object.entries(settings)) {
    await registry.primary.query(`ALTER SYSTEM SET ${name} = '${value}'`);
  }
  await registry.primary.query('SELECT pg_reload_conf()');
  return { ...tested, registry };
}

async function successes({ primary }: TestRegistry): Promise<Set<number>> {
  const { rows } = await primary.query("SELECT id::int FROM action WHERE action_result = 'Success'");
  return new Set(rows.map(({ id }) => id));
}

const MODES = [
  { mode: 'asynchronous', settings: {}, kept: 'every transfer that was answered as replicated' },
  {
    mode: 'synchronous',
    settings: { synchronous_standby_names: 'standby' },
    kept: 'every transfer that was answered, and every event in EventStoreDB',
  },
];

describe.each(MODES)('a standby that is promoted after $mode replication', ({ mode, settings, kept }) => {
  test(`has ${kept}, accepts writes, and the old primary no longer can`, async () => {
    const { cluster, urls, registry } = await aRegistryOnItsOwnCluster(settings);
    const { rows: folder } = await registry.primary.query('SHOW data_directory');
    const eventStore = await openEventStore();
    onTestFinished(() => eventStore.stop());
    const { DATABASE_WRITE_URL: oldUrl } = registry.config;
    const service = { ...eventStore.options, onError: () => {} };
    const oldJournal = startJournal({ writeUrl: oldUrl, ...service });
    const market = await tradingPair(registry);
    const load = startLoad(market);
    await load.grow(60);

    await cluster.primary.kill();
    await load.end();
    await oldJournal.stop();
    const [{ resultingBundleIds: [shown = 0] = [] } = {}] = load.acknowledged;
    expect((await market.receiver.get(`/certificate/${shown}`)).statusCode).toBe(200);
    expect((await market.cancel([shown])).statusCode).toBe(503);
    // The fence comes first: if somebody restarts the old primary, it accepts no writes.
    await writeFile(join(folder[0].data_directory, 'standby.signal'), '');
    await registry.standby.query('SELECT pg_promote()');

    const promoted = { primary: urls.standby, standby: urls.standby };
    const after = await reopenRegistry(registry, promoted);
    onTestFinished(() => after.close());
    const there = await successes(after);
    const guaranteed = load.acknowledged.filter(({ replicated }) => replicated || mode === 'synchronous');
    expect(guaranteed.length).toBeGreaterThan(50);
    expect(guaranteed.filter(({ actionId }) => !there.has(actionId))).toEqual([]);

    const trader = await after.again(market.trader);
    const { rows } = await after.primary.query(
      'SELECT id::int FROM bundle WHERE account_id = $1 AND status = $2',
      [market.source.id, 'Active'],
    );
    const again = await trader.post('/certificate/transfer', {
      source_id: market.source.id,
      target_id: market.target.id,
      granular_certificate_bundle_ids: [rows[0].id],
    });
    expect(again.statusCode, again.body).toBe(202);

    if (mode === 'synchronous') {
      const journal = startJournal({ writeUrl: after.config.DATABASE_WRITE_URL, ...service });
      onTestFinished(() => journal.stop());
      await vi.waitFor(
        async () => {
          const journalled = await after.primary.query('SELECT count(*)::int AS entries FROM journal');
          const relayedUpTo = journalled.rows[0].entries;
          expect(journal.status()).toMatchObject({ eventStore: 'up', relayedUpTo });
        },
        { timeout: 60_000, interval: 50 },
      );
      const environment = environmentOf(after, promoted.primary, eventStore.environment);
      expect(await runProgram('verify-journal', environment)).toMatchObject({ code: 0 });
      expect(await runProgram('check-registry', environment)).toMatchObject({ code: 0 });
    }

    await cluster.primary.start();
    const write = "UPDATE account SET account_name = 'written to the old primary'";
    await expect(registry.primary.query(write)).rejects.toThrow('read-only transaction');
  });
});
