import type pg from 'pg';
import { parsePosition, type WalPosition } from './position.ts';
import type { PrimarySample, Replica } from './replica.ts';

const OBSERVE_EVERY_MS = 500;

export interface Replicas {
  /**
   * The usable standby with the least lag that shows `atLeast`; `undefined` when the primary must answer. While the primary
   * is down, a late standby serves rather than none: `/health/ready` then says that both are in trouble.
   */
  choose(atLeast: WalPosition | undefined, timeoutMs: number): Promise<Replica | undefined>;
  /**
   * Waits until every standby that somebody may read shows `position`; `false` when one of them did not in time, or there
   * is none. One that is late or just lost counts: another instance may not have seen it yet.
   */
  reached(position: WalPosition, timeoutMs: number): Promise<boolean>;
  /** The standby that a read would go to now. */
  best(): Replica | undefined;
  statuses(): ReturnType<Replica['status']>[];
  primaryReachable(): boolean;
  observe(): Promise<void>;
  stop(): Promise<void>;
}

/** How long a server may take to answer its monitor before it counts as unreachable. */
export const ANSWER_WITHIN_MS = 2_000;

/** Keeps an eye on the primary's log and on every standby, twice a second. */
export function watchReplicas(primaryMonitor: pg.Pool, replicas: readonly Replica[]): Replicas {
  let primaryReachable = true;
  let observing: Promise<void> | undefined;

  async function samplePrimary(): Promise<PrimarySample | undefined> {
    try {
      const at = performance.now();
      const { rows } = await primaryMonitor.query<{ position: string; system: string }>(
        'SELECT pg_current_wal_flush_lsn()::text AS position, system_identifier::text AS system FROM pg_control_system()',
      );
      const [row] = rows;
      const position = parsePosition(row?.position ?? '');
      primaryReachable = position !== undefined;
      return position && row ? { at, position, system: row.system } : undefined;
    } catch {
      primaryReachable = false;
      return undefined;
    }
  }

  async function observe(): Promise<void> {
    const sample = await samplePrimary();
    await Promise.all(replicas.map((each) => each.observe(sample)));
  }

  const byLag = (some: Replica[]) => some.sort((a, b) => a.lag() - b.lag());
  const usable = () => byLag(replicas.filter((each) => each.usable()));
  const late = () => byLag(replicas.filter((each) => each.status().state === 'late'));
  const timer = setInterval(() => {
    observing ??= observe().finally(() => {
      observing = undefined;
    });
  }, OBSERVE_EVERY_MS);

  const best = () => [...usable(), ...(primaryReachable ? [] : late())][0];

  return {
    async choose(atLeast, timeoutMs) {
      const chosen = best();
      if (chosen === undefined || atLeast === undefined) return chosen;
      return (await chosen.reached(atLeast, timeoutMs)) ? chosen : undefined;
    },
    async reached(position, timeoutMs) {
      if (replicas.length === 0) return true;
      const present = replicas.filter((each) => !each.isGone());
      const shown = await Promise.all(present.map((each) => each.reached(position, timeoutMs)));
      return shown.length > 0 && shown.every(Boolean);
    },
    best,
    statuses: () => replicas.map((each) => each.status()),
    primaryReachable: () => primaryReachable,
    observe,
    async stop() {
      clearInterval(timer);
      await observing;
    },
  };
}
