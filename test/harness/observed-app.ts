import type { FastifyInstance } from 'fastify';
import { expect, vi } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { startJournal } from '../../src/journal/index.ts';
import { openEventStore, type TestEventStore } from './event-store.ts';
import { type CapturedLog, captureLog } from './log.ts';
import { NOW, type TestRegistry } from './registry.ts';

/** An API process on the database of a registry, with all that it writes elsewhere: its log and its events in EventStoreDB. */
export interface ObservedApp {
  readonly app: FastifyInstance;
  readonly captured: CapturedLog;
  readonly eventStore: TestEventStore;
  /** Waits until EventStoreDB has every entry of the journal. */
  untilRelayed(): Promise<void>;
  close(): Promise<void>;
}

/** Opens one that logs all that it can. */
export async function openObservedApp({ config, database, primary }: TestRegistry): Promise<ObservedApp> {
  const eventStore = await openEventStore();
  const captured = captureLog('trace');
  const journal = startJournal({
    writeUrl: config.DATABASE_WRITE_URL,
    ...eventStore.options,
    onError: (error, what) => captured.log.warn({ err: error }, what),
  });
  const app = await buildApp({ config, database, clock: () => NOW, log: captured.log, journal });
  const untilRelayed = () =>
    vi.waitFor(
      async () => {
        const { rows } = await primary.query('SELECT count(*)::int AS n FROM journal');
        expect((await eventStore.log.last())?.revision).toBe(rows[0].n - 1);
      },
      { timeout: 50_000, interval: 50 },
    );
  return {
    app,
    captured,
    eventStore,
    untilRelayed,
    async close() {
      await app.close();
      await journal.stop();
      await eventStore.stop();
    },
  };
}
