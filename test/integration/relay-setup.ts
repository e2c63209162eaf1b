import { expect, vi } from 'vitest';
import { type Journal, startJournal, verifyJournal } from '../../src/journal/index.ts';
import { type TradingPair, tradingPair } from '../harness/builders.ts';
import type { TestEventStore } from '../harness/event-store.ts';
import { openRegistry, type TestRegistry } from '../harness/registry.ts';

export interface RelaySetup {
  readonly registry: TestRegistry;
  readonly market: TradingPair;
  /** Starts another process that may lead. */
  start(warn?: (what: string) => void): Journal;
  /** Stops the processes, so that the next one reads the stream anew. */
  stopAll(): Promise<void>;
  /** Issues a bundle and transfers a part of it, that many times. */
  trade(times: number): Promise<void>;
  /** The event ids of the journal, in the order of their entries. */
  entries(): Promise<string[]>;
  /** Asserts that everything is in the store, once, in order. */
  expectRelayed(): Promise<void>;
  close(): Promise<void>;
}

/** A registry that relays its journal to the given store, which the caller stops. */
export async function openRelaySetup(eventStore: TestEventStore): Promise<RelaySetup> {
  const registry = await openRegistry({ ...eventStore.environment });
  const market = await tradingPair(registry);
  const journals: Journal[] = [];
  const stopAll = async () => void (await Promise.all(journals.splice(0).map((each) => each.stop())));
  const entries = async () => {
    const { rows } = await registry.primary.query('SELECT event_id FROM journal ORDER BY id');
    return rows.map(({ event_id }) => event_id);
  };
  return {
    registry,
    market,
    start(warn = () => {}) {
      const writeUrl = registry.config.DATABASE_WRITE_URL;
      const journal = startJournal({ writeUrl, ...eventStore.options, onError: () => {}, warn });
      journals.push(journal);
      return journal;
    },
    stopAll,
    entries,
    async trade(times) {
      for (let round = 0; round < times; round++) {
        const { id } = await market.bundle();
        await market.transfer([id], { certificate_quantity: 10 });
      }
    },
    async expectRelayed() {
      const all = await entries();
      const last = async () => (await eventStore.log.last())?.revision;
      await vi.waitFor(async () => expect(await last()).toBe(all.length - 1), {
        timeout: 40_000,
        interval: 50,
      });
      expect((await eventStore.events()).map(({ eventId }) => eventId)).toEqual(all);
      const verified = await registry.database.readPrimary(({ execute }) =>
        verifyJournal(execute, { log: eventStore.log }),
      );
      expect(verified).toEqual({ verified: all.length, compared: all.length, difference: null });
    },
    async close() {
      await stopAll();
      await registry.close();
    },
  };
}
