import { setTimeout as sleep } from 'node:timers/promises';
import type { WalPosition } from './position.ts';

interface Waiter {
  readonly position: WalPosition;
  resolve(reached: boolean): void;
}

const PAUSE_MS = { first: 1, most: 20, growth: 1.5 };

export interface ReplayWaiter {
  /** Whether the server answered the last check. */
  reachable(): boolean;
  replayed(): WalPosition | undefined;
  hasReplayed(position: WalPosition): boolean;
  /** Checks now. Never throws: a server that does not answer is unreachable. */
  check(): Promise<void>;
  fail(): void;
  /** Resolves to `true` once `position` has been replayed, to `false` after `timeoutMs` or when the server is lost. */
  reached(position: WalPosition, timeoutMs: number): Promise<boolean>;
}

/** Tracks how far one server has replayed. All waiters share one poller, which stops when there are none. */
export function createReplayWaiter(ask: () => Promise<WalPosition>): ReplayWaiter {
  const waiters = new Set<Waiter>();
  let replayed: WalPosition | undefined;
  let reachable = false;
  let polling = false;

  const hasReplayed = (position: WalPosition) => replayed !== undefined && replayed >= position;

  function fail(): void {
    reachable = false;
    for (const waiter of waiters) waiter.resolve(false);
  }

  let checking: Promise<void> | undefined;

  function check(): Promise<void> {
    checking ??= checkOnce().finally(() => {
      checking = undefined;
    });
    return checking;
  }

  async function checkOnce(): Promise<void> {
    try {
      replayed = await ask();
      reachable = true;
    } catch {
      fail();
    }
    for (const waiter of waiters) if (hasReplayed(waiter.position)) waiter.resolve(true);
  }

  async function pollWhileWaiting(): Promise<void> {
    if (polling) return;
    polling = true;
    for (
      let pause = PAUSE_MS.first;
      waiters.size > 0;
      pause = Math.min(pause * PAUSE_MS.growth, PAUSE_MS.most)
    ) {
      await check();
      if (waiters.size > 0) await sleep(pause);
    }
    polling = false;
  }

  function wait(position: WalPosition, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        position,
        resolve(reached) {
          clearTimeout(timer);
          waiters.delete(waiter);
          resolve(reached);
        },
      };
      const timer = setTimeout(() => waiter.resolve(false), timeoutMs);
      waiters.add(waiter);
      void pollWhileWaiting();
    });
  }

  return {
    reachable: () => reachable,
    replayed: () => replayed,
    hasReplayed,
    check,
    fail,
    reached: async (position, timeoutMs) =>
      hasReplayed(position) || (reachable && (await wait(position, timeoutMs))),
  };
}
