import type { SQL } from 'drizzle-orm';
import { pino } from 'pino';
import { expect, onTestFinished } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { aBundle, hoursAgo, type TradingPair } from '../harness/builders.ts';
import type { QueryAnswer } from '../harness/certificate-query.ts';
import { Client } from '../harness/client.ts';
import { test } from '../harness/fixtures.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

let registry: TestRegistry;
let market: TradingPair;

test.beforeAll(({ registry: opened, market: pair }) => {
  registry = opened;
  market = pair;
});

/**
 * A registry in which `write` runs after every statement of a read, and is replayed by the standby before the next one.
 */
async function withWriter(write: () => Promise<unknown>): Promise<Client> {
  const { config, database } = registry;
  let writing = false;
  const app = await buildApp({
    config,
    clock: () => NOW,
    log: pino({ level: 'silent' }),
    database: {
      ...database,
      read: (work, options) =>
        database.read(({ orm, execute }) => {
          return work({
            orm,
            async execute<Row extends object>(statement: SQL) {
              const rows = await execute<Row>(statement);
              if (!writing) {
                writing = true;
                await write();
                writing = false;
              }
              return rows;
            },
          });
        }, options),
    },
  });
  onTestFinished(() => app.close());
  return new Client(
    app,
    market.admin.authorization.authorization.replace('Bearer ', ''),
    market.admin.userId,
  );
}

test.each(['query', 'account'])('the page and the total of %s come from one snapshot', async (kind) => {
  const { source, admin } = market;
  let hours = kind === 'query' ? 100 : 300;
  const issue = () =>
    aBundle(admin, {
      device_id: market.device.id,
      metadata_id: market.metadataId,
      quantity: 10,
      ...hoursAgo(hours--),
    });
  await issue();
  const client = await withWriter(issue);
  const answer =
    kind === 'query'
      ? await client.post('/certificate/query', { source_id: source.id })
      : await client.get(`/account/${source.id}/certificates`);
  const page: QueryAnswer = answer.json();
  const shown = page.granular_certificate_bundles.reduce((sum, each) => sum + each.bundle_quantity, 0);
  expect(shown).toBeGreaterThan(0);
  expect(page.total_certificate_volume).toBe(shown);
});
