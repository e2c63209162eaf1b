import type { WalPosition } from './position.ts';
import type { PrimaryLog } from './primary-log.ts';
import type { Replica } from './replica.ts';

const OBSERVE_EVERY_MS = 500;

export interface Replicas {
  /**
   * Chooses one of the {@link candidates}, in turn, once it has replayed `atLeast`. Returns `undefined` if the primary
   * must answer.
   */
  choose(atLeast: WalPosition | undefined, timeoutMs: number): Promise<Replica | undefined>;
  /**
   * Waits until every standby that serves reads has replayed `position`. Returns `false` if one of them has not in
   * time, or if there is none. A standby that is late or was just lost counts: another process may still read from it.
   */
  reached(position: WalPosition, timeoutMs: number): Promise<boolean>;
  /**
   * The usable standbys with the least lag, or one so close to it that the difference cannot be measured. While the primary is
   * down, late standbys serve reads if there is no other; `/health/ready` reports both problems.
   */
  candidates(): Replica[];
  statuses(): ReturnType<Replica['status']>[];
  observe(): Promise<void>;
  stop(): Promise<void>;
}

/** How long a server may take to answer its monitor before it counts as unreachable. */
export const ANSWER_WITHIN_MS = 2_000;

/** Samples the write-ahead log position of the primary and of every standby, twice a second. */
export function watchReplicas(primary: PrimaryLog, replicas: readonly Replica[]): Replicas {
  let observing: Promise<void> | undefined;

  async function observe(): Promise<void> {
    const sample = await primary.sample();
    await Promise.all(replicas.map((each) => each.observe(sample)));
  }

  let turn = 0;
  const timer = setInterval(() => {
    observing ??= observe().finally(() => {
      observing = undefined;
    });
  }, OBSERVE_EVERY_MS);

  function candidates(): Replica[] {
    const usable = replicas.filter((each) => each.usable());
    if (usable.length > 0 || primary.reachable()) return withLeastLag(usable);
    return withLeastLag(replicas.filter((each) => each.status().state === 'late'));
  }

  return {
    async choose(atLeast, timeoutMs) {
      const all = candidates();
      const chosen = all[turn++ % all.length];
      if (chosen === undefined || atLeast === undefined) return chosen;
      return (await chosen.reached(atLeast, timeoutMs)) ? chosen : undefined;
    },
    async reached(position, timeoutMs) {
      if (replicas.length === 0) return true;
      const present = replicas.filter((each) => !each.isGone());
      const shown = await Promise.all(present.map((each) => each.reached(position, timeoutMs)));
      return shown.length > 0 && shown.every(Boolean);
    },
    candidates,
    statuses: () => replicas.map((each) => each.status()),
    observe,
    async stop() {
      clearInterval(timer);
      await observing;
    },
  };
}

/** Samples are taken at this interval, so smaller differences of lag are not significant. */
function withLeastLag(replicas: readonly Replica[]): Replica[] {
  const lags = replicas.map((each) => each.lag());
  const most = Math.min(...lags) + OBSERVE_EVERY_MS;
  return replicas.filter((_, index) => (lags[index] ?? 0) <= most);
}
