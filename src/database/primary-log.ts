import type pg from 'pg';
import { laterOf, parsePosition, type WalPosition } from './position.ts';

/** How far the primary's log reached at a moment of this process's monotonic clock, which no change of the date moves. */
export interface PrimarySample {
  readonly at: number;
  readonly position: WalPosition;
  /** Postgres' name for the cluster, which a standby shares with its primary and with no other. */
  readonly system: string;
}

export interface PrimaryLog {
  /** Whether the primary answered last. */
  reachable(): boolean;
  /** Reads the position of the primary's log; `undefined` if the primary does not answer. */
  sample(): Promise<PrimarySample | undefined>;
  /** Records the position of a commit, so that its token is known without a query of the primary. */
  committed(position: WalPosition): void;
  /**
   * Whether the primary has not written up to `position`, so that no commit can have returned it. The primary is asked only if
   * the position is past the last known one, once for all who wait. `false` while the primary does not answer.
   */
  isBehind(position: WalPosition): Promise<boolean>;
}

/** Tracks the position of the primary's log, over a connection that answers or fails within a bounded time. */
export function watchPrimaryLog(monitor: pg.Pool): PrimaryLog {
  let reachable = true;
  let known: WalPosition | undefined;

  async function sample(): Promise<PrimarySample | undefined> {
    try {
      const at = performance.now();
      const { rows } = await monitor.query<{ position: string; system: string }>(
        'SELECT pg_current_wal_flush_lsn()::text AS position, system_identifier::text AS system FROM pg_control_system()',
      );
      const [row] = rows;
      const position = parsePosition(row?.position ?? '');
      reachable = position !== undefined;
      if (position === undefined || row === undefined) return undefined;
      // After a promotion the log may end earlier than that of the primary before.
      known = position;
      return { at, position, system: row.system };
    } catch {
      reachable = false;
      return undefined;
    }
  }

  const sharedSample = sharedQuestion(sample);
  const isKnown = (position: WalPosition) => known !== undefined && position <= known;

  return {
    reachable: () => reachable,
    sample,
    committed(position) {
      known = laterOf(known, position);
    },
    async isBehind(position) {
      if (isKnown(position) || !reachable) return false;
      const seen = await sharedSample();
      return seen !== undefined && !isKnown(position);
    },
  };
}

/** Shares a question among all who ask it at a time. Each gets an answer to a question that was sent after it asked. */
function sharedQuestion<T>(ask: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  const begin = () => {
    running = ask().finally(() => {
      running = undefined;
    });
    return running;
  };
  const beginNext = () => {
    next = undefined;
    return begin();
  };
  return () => {
    if (running === undefined) return begin();
    next ??= running.then(beginNext, beginNext);
    return next;
  };
}
