import { Gauge, type Registry } from 'prom-client';
import type { Database } from '../database/database.ts';
import { type Journal, type JournalLag, knownLag } from '../journal/index.ts';
import type { SchedulerStatus } from '../operation/operation.ts';

/** The parts whose state is told. */
export interface MetricSources {
  readonly database: Pick<Database, 'status' | 'pools' | 'read' | 'listen'>;
  readonly journal?: Pick<Journal, 'status'>;
  readonly scheduler?: { status(): SchedulerStatus };
}

const STANDBY_STATES = ['streaming', 'late', 'unreachable'] as const;
const EVENT_STORE_STATES = ['absent', 'unknown', 'up', 'down', 'diverged'] as const;

type Refresh = () => void;

/** Gauges of how the parts are; the function that it gives asks them anew. What is not known has no value, rather than an old one. */
export function createGauges(
  registry: Registry,
  { database, journal, scheduler }: MetricSources,
): () => Promise<void> {
  const refreshDatabase = watchDatabase(registry, database);
  const refreshPools = watchPools(registry, database);
  const refreshJournal = watchJournal(registry, journal);
  const refreshScheduler = watchScheduler(registry, scheduler);
  return async () => {
    const lag = await knownLag(database);
    refreshDatabase();
    refreshPools();
    refreshJournal(lag);
    refreshScheduler();
  };
}

function gauge(registry: Registry, name: string, help: string, labelNames: string[] = []): Gauge {
  return new Gauge({ name, help, labelNames, registers: [registry] });
}

function watchDatabase(registry: Registry, database: MetricSources['database']): Refresh {
  const primaryUp = gauge(registry, 'registry_primary_up', 'Whether the primary answers its monitor');
  const state = gauge(registry, 'registry_standby_state', '1 for the state that a standby is in', [
    'standby',
    'state',
  ]);
  const lagBytes = gauge(registry, 'registry_standby_lag_bytes', 'Log that a standby has not replayed', [
    'standby',
  ]);
  const lagSeconds = gauge(registry, 'registry_standby_lag_seconds', 'Age of the oldest change it lacks', [
    'standby',
  ]);
  return () => {
    const { primary, replicas } = database.status();
    primaryUp.set(primary === 'up' ? 1 : 0);
    for (const each of [state, lagBytes, lagSeconds]) each.reset();
    for (const { name: standby, ...now } of replicas) {
      for (const each of STANDBY_STATES) state.set({ standby, state: each }, now.state === each ? 1 : 0);
      if (now.lagBytes !== null) lagBytes.set({ standby }, now.lagBytes);
      if (now.lagSeconds !== null) lagSeconds.set({ standby }, now.lagSeconds);
    }
  };
}

function watchPools(registry: Registry, database: MetricSources['database']): Refresh {
  const labels = ['server', 'use'];
  const size = gauge(registry, 'registry_pool_size', 'Connections that a pool may have', labels);
  const connections = gauge(registry, 'registry_pool_connections', 'Connections that a pool has', [
    ...labels,
    'state',
  ]);
  const waiting = gauge(registry, 'registry_pool_waiting', 'Those who wait for a connection', labels);
  return () => {
    for (const { server, use, ...now } of database.pools()) {
      size.set({ server, use }, now.size);
      connections.set({ server, use, state: 'busy' }, now.connections - now.idle);
      connections.set({ server, use, state: 'idle' }, now.idle);
      waiting.set({ server, use }, now.waiting);
    }
  };
}

function watchJournal(
  registry: Registry,
  journal: MetricSources['journal'],
): (lag: JournalLag | undefined) => void {
  const leads = gauge(registry, 'registry_journal_leader', '1 in the process that orders and relays');
  const position = gauge(registry, 'registry_journal_position', 'Entries of the journal that are ordered');
  const unordered = gauge(registry, 'registry_journal_unordered', 'Entries not yet ordered, up to 10 000');
  const relayed = gauge(registry, 'registry_relay_position', 'Events in EventStoreDB, as far as is known');
  const lag = gauge(registry, 'registry_relay_lag', 'Ordered entries that EventStoreDB lacks');
  const store = gauge(registry, 'registry_event_store_state', '1 for the state of EventStoreDB', ['state']);
  return (known) => {
    const { leads: leading, eventStore, relayedUpTo } = journal?.status() ?? NO_JOURNAL;
    leads.set(leading ? 1 : 0);
    setOrRemove(position, known?.orderedUpTo);
    setOrRemove(unordered, known?.unordered);
    setOrRemove(relayed, relayedUpTo);
    // The standby that was asked may be a moment behind the relay.
    setOrRemove(
      lag,
      known && relayedUpTo !== null ? Math.max(0, known.orderedUpTo - relayedUpTo) : undefined,
    );
    for (const state of EVENT_STORE_STATES) store.set({ state }, state === eventStore ? 1 : 0);
  };
}

const NO_JOURNAL = { leads: false, eventStore: 'absent', relayedUpTo: null } as const;

function watchScheduler(registry: Registry, scheduler: MetricSources['scheduler']): Refresh {
  const leads = gauge(registry, 'registry_scheduler_leader', '1 in the process that does what is due');
  const failing = gauge(registry, 'registry_scheduler_failing', '1 while what is due could not be done');
  const lastRound = gauge(
    registry,
    'registry_scheduler_last_round_timestamp_seconds',
    'When this process was last done with what was due',
  );
  const runs = gauge(
    registry,
    'registry_scheduler_runs',
    'Runs of recurring actions that this process has done since its start',
    ['result'],
  );
  const expired = gauge(
    registry,
    'registry_scheduler_expired_bundles',
    'Bundles that this process has expired since its start',
  );
  return () => {
    const { leads: leading, problem, lastRoundAt, ...counts } = scheduler?.status() ?? NO_SCHEDULER;
    leads.set(leading ? 1 : 0);
    runs.set({ result: 'done' }, counts.runsDone);
    runs.set({ result: 'refused' }, counts.runsRefused);
    expired.set(counts.bundlesExpired);
    failing.set(problem === null ? 0 : 1);
    setOrRemove(lastRound, lastRoundAt && lastRoundAt.getTime() / 1_000);
  };
}

const NO_SCHEDULER: SchedulerStatus = {
  leads: false,
  problem: null,
  lastRoundAt: null,
  bundlesExpired: 0,
  runsDone: 0,
  runsRefused: 0,
};

function setOrRemove(shown: Gauge, value: number | null | undefined): void {
  if (value === null || value === undefined) shown.remove();
  else shown.set(value);
}
