import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntil } from '../harness/polling.ts';
import type { Rng } from '../harness/rng.ts';
import type { ApiProcess } from './api-process.ts';
import type { Environment } from './environment.ts';

/** The duration of an outage. */
export interface Pace {
  /** The pause before a fault, and after its repair. */
  readonly calmMs: number;
  /** The time until a killed or stopped part is restarted. */
  readonly downMs: number;
  /** The outage of the event store. */
  readonly outageMs: number;
  /** The limit within which another process must lead. */
  readonly takeOverMs: number;
}

export interface Step {
  readonly name: string;
  /** Breaks something under load, and repairs what does not recover by itself. Returns its choice, if it had one. */
  readonly run: (environment: Environment, rng: Rng, pace: Pace) => Promise<string | undefined>;
}

const HOUR_MS = 3_600_000;
/** In the campaign, a standby is late after 2 s. */
const LATE_MS = 3_000;
/** The relay waits 5 s for an answer. */
const TOO_LATE_MS = 6_000;

/** A limit for what a process does by itself, longer than any takeover may take. */
const POLLING = { limitMs: 90_000, everyMs: 100 };

async function leaderOf(apis: readonly ApiProcess[]): Promise<ApiProcess> {
  const found: ApiProcess[] = [];
  await waitUntil('one process leads', POLLING, async () => {
    const leads = await Promise.all(apis.map(async (each) => (await each.readiness())?.journal.leads));
    const leader = apis[leads.indexOf(true)];
    if (leader === undefined) return 'none does';
    found.push(leader);
    return undefined;
  });
  const [leader] = found;
  if (leader === undefined) throw new Error('no process leads');
  return leader;
}

async function killAndRestart(apis: readonly ApiProcess[], { downMs }: Pace): Promise<string> {
  await Promise.all(apis.map((each) => each.kill()));
  await sleep(downMs);
  await Promise.all(apis.map((each) => each.start()));
  return apis.map(({ name }) => name).join(', ');
}

/**
 * Reports when another process led, once this leader sent nothing more.
 *
 * @throws {Error} when that was too late.
 */
async function untilAnotherLeads(
  { apis }: Environment,
  gone: ApiProcess,
  { takeOverMs }: Pace,
): Promise<string> {
  const begin = performance.now();
  const next = await leaderOf(apis.filter((each) => each !== gone));
  const tookMs = performance.now() - begin;
  const what = `${gone.name}; ${next.name} leads after ${(tookMs / 1_000).toFixed(1)} s`;
  if (tookMs > takeOverMs) throw new Error(`nobody took over in time: ${what}`);
  return what;
}

/** Waits until every requested fault has occurred: before that, nothing has been tested. */
function untilMet({ faultsLeft }: Environment['eventStore']): Promise<void> {
  return waitUntil('every requested fault has occurred', POLLING, async () =>
    faultsLeft() > 0 ? `${faultsLeft()} have not` : undefined,
  );
}

/** Waits until every process reports that the standby is late. */
function untilLate({ apis }: Environment): Promise<void> {
  return waitUntil('every process reports a late standby', POLLING, async () => {
    const states = await Promise.all(apis.map((each) => each.readiness()));
    const late = states.every((each) => each?.standbys.some(({ state }) => state === 'late'));
    return late ? undefined : JSON.stringify(states);
  });
}

const apiSteps = {
  apiKilled: {
    name: 'kill -9 of an API process',
    run: ({ apis }, rng, pace) => killAndRestart([rng.pick(apis)], pace),
  },
  leaderKilled: {
    name: "kill -9 of the journal's leader",
    async run(environment, _, pace) {
      const leader = await leaderOf(environment.apis);
      await leader.kill();
      const what = await untilAnotherLeads(environment, leader, pace);
      await leader.start();
      return what;
    },
  },
  allKilled: {
    name: 'kill -9 of all API processes at once',
    run: ({ apis }, _, pace) => killAndRestart(apis, pace),
  },
  leaderFrozen: {
    name: 'a paused leader that continues when another one leads',
    async run(environment, _, pace) {
      const leader = await leaderOf(environment.apis);
      leader.signal('SIGSTOP');
      const what = await untilAnotherLeads(environment, leader, pace);
      await sleep(pace.downMs);
      leader.signal('SIGCONT');
      return what;
    },
  },
  clockJumps: {
    name: 'a clock that is set ahead, far back, and right again',
    async run({ apis }, rng, { downMs }) {
      const api = rng.pick(apis);
      const hours = [1 + rng.between(0, 9), -1 - rng.between(0, 9), 0];
      for (const each of hours) {
        api.setClockAhead(each * HOUR_MS);
        await sleep(downMs);
      }
      return `${api.name}: ${hours.join(' h, ')} h`;
    },
  },
} satisfies Record<string, Step>;

const serverSteps = {
  primaryStopped: {
    name: 'immediate stop of the primary, and restart',
    async run({ cluster: { primary } }, _, { downMs }) {
      await primary.stop('immediate');
      await sleep(downMs);
      await primary.start();
      return undefined;
    },
  },
  primaryKilled: {
    name: 'kill -9 of the primary, and restart',
    async run({ cluster: { primary } }) {
      await primary.kill();
      await primary.start();
      return undefined;
    },
  },
  standbyKilled: {
    name: 'kill -9 of the standby, and restart',
    async run({ cluster: { standby } }, _, { downMs }) {
      await standby.kill();
      await sleep(downMs);
      await standby.start();
      return undefined;
    },
  },
  standbyPaused: {
    name: 'a standby that pauses its replay',
    async run(environment, _, { downMs }) {
      const { standby } = environment;
      await standby.query('SELECT pg_wal_replay_pause()');
      await untilLate(environment);
      await sleep(downMs);
      await standby.query('SELECT pg_wal_replay_resume()');
      return undefined;
    },
  },
  standbySlow: {
    name: 'a standby that replays every commit late',
    async run({ standby }, _, { downMs }) {
      await standby.query(`ALTER SYSTEM SET recovery_min_apply_delay = '700ms'`);
      await standby.query('SELECT pg_reload_conf()');
      await sleep(LATE_MS + downMs);
      await standby.query('ALTER SYSTEM RESET recovery_min_apply_delay');
      await standby.query('SELECT pg_reload_conf()');
      return undefined;
    },
  },
} satisfies Record<string, Step>;

const eventStoreSteps = {
  eventStoreDown: {
    name: 'the event store is down',
    async run({ eventStore }, _, { outageMs }) {
      await eventStore.stop();
      await sleep(outageMs);
      await eventStore.restart();
      return `for ${outageMs / 1_000} s`;
    },
  },
  eventStoreFails: {
    name: 'the event store fails half its answers',
    async run({ eventStore }, rng) {
      eventStore.failShare(0.5, rng.between(0, 2 ** 31 - 1));
      await sleep(2 * TOO_LATE_MS);
      eventStore.failShare(0, 0);
      return undefined;
    },
  },
  eventStoreLate: {
    name: 'the event store acknowledges after the timeout, or never',
    async run({ eventStore }, rng) {
      const faults = rng.shuffled([
        { lateMs: TOO_LATE_MS },
        'stall',
        'hang',
        { lateMs: TOO_LATE_MS },
      ] as const);
      eventStore.failNext(...faults);
      eventStore.failNextRead('drop', 'hang');
      await untilMet(eventStore);
      return undefined;
    },
  },
  eventStoreFull: {
    name: 'the disk of the event store is full',
    async run({ eventStore }, rng) {
      const times = 4 + rng.between(0, 2);
      eventStore.failNext(...Array.from({ length: times }, () => 'full' as const));
      await untilMet(eventStore);
      return `for ${times} appends`;
    },
  },
  leaderKilledWhileDown: {
    name: "kill -9 of the journal's leader while the event store is down",
    async run(environment, _, pace) {
      await environment.eventStore.stop();
      const name = await killAndRestart([await leaderOf(environment.apis)], pace);
      await environment.eventStore.restart();
      return name;
    },
  },
} satisfies Record<string, Step>;

export const steps = { ...apiSteps, ...serverSteps, ...eventStoreSteps };
