import { readFile } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { afterEach, expect, inject } from 'vitest';
import type { Anchor } from '../../src/anchor/anchor.ts';
import { allInvariantGroups, firstViolation } from '../../src/certificate/index.ts';
import { replay, sequencedEntries, verifyJournal } from '../../src/journal/index.ts';
import type { TradingPair } from '../harness/builders.ts';
import { type BreakableEventStore, openBreakableEventStore } from '../harness/event-store.ts';
import { testWithOwnRegistry as test } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';
import { atDatabase } from '../harness/urls.ts';
import { type AnchorSetup, openAnchorSetup } from './anchor-setup.ts';
import { ACTS, type Act, type Scene, TOOLS, type Tool } from './tampering-acts.ts';

let setup: AnchorSetup;
let eventStore: BreakableEventStore;
let scene: Scene;
/** An anchor that somebody kept. */
let since: Anchor;

test.beforeEach(async ({ registry, market }) => {
  eventStore = await openBreakableEventStore();
  setup = await openAnchorSetup(registry);
  scene = await trade(market);
  since = await setup.anchor();
  await copyFrom(0);
});
afterEach(async () => {
  await setup.close();
  await eventStore.stop();
});

async function trade(market: TradingPair): Promise<Scene> {
  const [whole, moved, cancelled] = [await market.bundle(), await market.bundle(), await market.bundle()];
  expect((await market.transfer([moved.id])).statusCode).toBe(202);
  expect((await market.cancel([cancelled.id], { beneficiary: 'The school' })).statusCode).toBe(202);
  return {
    whole: whole.id,
    moved: moved.id,
    cancelled: cancelled.id,
    target: market.target.id,
    device: market.device.id,
    trader: market.trader.userId,
  };
}

/** Copies the entries from a position on to EventStoreDB. */
async function copyFrom(position: number): Promise<void> {
  const entries = await sequencedEntries(setup.execute, sql`p.position >= ${position}`, 10_000);
  if (entries.length > 0) await eventStore.log.append(entries);
}

async function perform({ how }: Act, registry: TestRegistry): Promise<void> {
  if (how.as === 'event store') {
    if (how.change === 'append') await eventStore.appendForeign();
    else eventStore.server.memory.forget(eventStore.log.stream, since.position);
  } else if (how.as === 'writer') {
    const writer = new pg.Client({ connectionString: registry.config.DATABASE_WRITE_URL });
    await writer.connect();
    await writer.query(how.statements(scene)).finally(() => writer.end());
    await setup.order();
    await copyFrom(since.position + 1);
  } else if (how.as === 'owner') {
    await setup.client.query('SET session_replication_role = replica');
    await setup.client.query(how.statements(scene));
    await setup.client.query('SET session_replication_role = origin');
  } else {
    await setup.rewrite(how.statements(scene));
  }
}

/** What each tool reports, or `null`. */
async function reports({ config }: TestRegistry): Promise<Record<Tool, string | null>> {
  const { DATABASE_WRITE_URL: writeUrl, DATABASE_READ_URLS: readUrls } = config;
  const ownerUrl = atDatabase(inject('cluster').primary, new URL(writeUrl).pathname.slice(1));
  const { execute } = setup;
  const violation = await firstViolation([execute], allInvariantGroups);
  return {
    check: violation ? `${violation.invariant}: ${violation.violation}` : null,
    verify: (await verifyJournal(execute)).difference,
    replay: (await replay({ urls: { ownerUrl, writeUrl, readUrls } })).difference,
    'event store': (await verifyJournal(execute, { log: eventStore.log, waitMs: 0 })).difference,
    anchor: (await setup.verify({ since })).difference,
  };
}

const noticing = (reported: Record<Tool, string | null>) => TOOLS.filter((tool) => reported[tool] !== null);

test('no tool reports a registry that nobody tampered with', async ({ registry }) => {
  expect(noticing(await reports(registry))).toEqual([]);
});

test.for(ACTS.filter(({ noticedBy }) => noticedBy !== 'refused'))(
  '$who $what, which is noticed by $noticedBy',
  async (act, { registry }) => {
    await perform(act, registry);
    expect(noticing(await reports(registry))).toEqual(act.noticedBy);
  },
);

test.for(ACTS.filter(({ noticedBy }) => noticedBy === 'refused'))(
  '$who $what, which the database refuses',
  async (act, { registry }) => {
    await expect(perform(act, registry)).rejects.toThrow(act.reason);
    expect(noticing(await reports(registry))).toEqual([]);
  },
);

test('the security page lists these acts, and the tools that notice them', async () => {
  const page = await readFile('docs/SECURITY.md', 'utf8');
  const section = page.split('## Tampering with the data')[1]?.split('\n## ')[0] ?? '';
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| who '))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const listed = rows.map(([_, who, what, ...cells]) => ({
    who,
    what,
    noticedBy: cells[0] === 'refused' ? 'refused' : TOOLS.filter((_tool, n) => cells[n] === 'yes'),
  }));
  expect(listed).toEqual(ACTS.map(({ who, what, noticedBy }) => ({ who, what, noticedBy })));
});
