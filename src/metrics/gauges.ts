import { Counter, Gauge, type Registry } from 'prom-client';
import { type Anchoring, storeStates } from '../anchor/index.ts';
import type { Database } from '../database/database.ts';
import type { Journal, JournalLag, LagWatch } from '../journal/index.ts';
import type { SchedulerStatus } from '../operation/operation.ts';

/** The components whose state the gauges show. */
export interface MetricSources {
  readonly database: Pick<Database, 'status' | 'pools' | 'listen'>;
  readonly journalLag: LagWatch;
  readonly journal?: Pick<Journal, 'status'>;
  readonly anchoring?: Pick<Anchoring, 'status'>;
  readonly scheduler?: { status(): SchedulerStatus };
  /** The number of streamed answers that are under way. */
  readonly openStreams: () => number;
}

const STANDBY_STATES = ['streaming', 'late', 'unreachable'] as const;
const EVENT_STORE_STATES = ['absent', 'unknown', 'up', 'down', 'diverged', 'truncated'] as const;

type Refresh = () => void;

/**
 * Creates the gauges and the counters of the scheduler, and returns a function that updates them. A gauge of an unknown value
 * is omitted.
 */
export function createGauges(
  registry: Registry,
  { database, journalLag, journal, anchoring, scheduler, openStreams }: MetricSources,
): () => Promise<void> {
  const refreshDatabase = watchDatabase(registry, database);
  const refreshPools = watchPools(registry, database);
  const refreshJournal = watchJournal(registry, journal);
  const refreshAnchors = watchAnchors(registry, anchoring);
  const refreshScheduler = watchScheduler(registry, scheduler);
  const streams = gauge(
    registry,
    'registry_streams_open',
    'Streamed answers (CSV, NDJSON, server-sent events) that are under way',
  );
  return async () => {
    const lag = await journalLag();
    refreshDatabase();
    refreshPools();
    streams.set(openStreams());
    refreshJournal(lag);
    refreshAnchors();
    refreshScheduler();
  };
}

function gauge(registry: Registry, name: string, help: string, labelNames: string[] = []): Gauge {
  return new Gauge({ name, help, labelNames, registers: [registry] });
}

function watchDatabase(registry: Registry, database: MetricSources['database']): Refresh {
  const primaryUp = gauge(registry, 'registry_primary_up', '1 if the primary answers health checks, else 0');
  const state = gauge(
    registry,
    'registry_standby_state',
    '1 for the current state of a standby, 0 for the others',
    ['standby', 'state'],
  );
  const lagBytes = gauge(
    registry,
    'registry_standby_lag_bytes',
    'WAL in bytes that a standby has not replayed',
    ['standby'],
  );
  const lagSeconds = gauge(
    registry,
    'registry_standby_lag_seconds',
    'Age in seconds of the oldest change that a standby has not replayed',
    ['standby'],
  );
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
  const size = gauge(registry, 'registry_pool_size', 'Maximum number of connections of a pool', labels);
  const connections = gauge(registry, 'registry_pool_connections', 'Open connections of a pool by state', [
    ...labels,
    'state',
  ]);
  const waiting = gauge(
    registry,
    'registry_pool_waiting',
    'Requests waiting for a connection of a pool',
    labels,
  );
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
  const leads = gauge(
    registry,
    'registry_journal_leader',
    '1 in the process that orders and relays the journal',
  );
  // Gauges, although they only grow: standbys lag differently, so successive reads can go back, which resets a counter.
  const position = gauge(registry, 'registry_journal_position', 'Number of ordered journal entries');
  const unordered = gauge(
    registry,
    'registry_journal_unordered',
    'Journal entries not ordered yet, capped at 10 000',
  );
  const relayed = gauge(registry, 'registry_relay_position', 'Known number of events in EventStoreDB');
  const lag = gauge(
    registry,
    'registry_relay_lag',
    'Ordered journal entries that are not in EventStoreDB yet',
  );
  const store = gauge(
    registry,
    'registry_event_store_state',
    '1 for the current state of EventStoreDB, 0 for the others',
    ['state'],
  );
  const warnings = gauge(
    registry,
    'registry_event_store_warnings',
    'Number of things that others than the registry could do to the streams in EventStoreDB',
  );
  return (known) => {
    const { leads: leading, eventStore, relayedUpTo, ...status } = journal?.status() ?? NO_JOURNAL;
    warnings.set(status.warnings.length);
    leads.set(leading ? 1 : 0);
    setOrRemove(position, known?.orderedUpTo);
    setOrRemove(unordered, known?.unordered);
    setOrRemove(relayed, relayedUpTo);
    // The standby that was read may lag behind the relay.
    setOrRemove(
      lag,
      known && relayedUpTo !== null ? Math.max(0, known.orderedUpTo - relayedUpTo) : undefined,
    );
    for (const state of EVENT_STORE_STATES) store.set({ state }, state === eventStore ? 1 : 0);
  };
}

function watchAnchors(registry: Registry, anchoring: MetricSources['anchoring']): Refresh {
  const failing = gauge(
    registry,
    'registry_anchor_failing',
    '1 while the head of the journal cannot be signed',
  );
  const position = gauge(registry, 'registry_anchor_position', 'Position of the last anchor of the journal');
  const signed = gauge(
    registry,
    'registry_anchor_timestamp_seconds',
    'Time at which the last anchor of the journal was signed',
  );
  const state = gauge(
    registry,
    'registry_anchor_store_state',
    '1 for the current state of a store of anchors, 0 for the others',
    ['store', 'state'],
  );
  const unwritten = gauge(registry, 'registry_anchor_store_unwritten', 'Anchors that a store lacks', [
    'store',
  ]);
  return () => {
    const { last, problem, stores } = anchoring?.status() ?? NO_ANCHORS;
    failing.set(problem === null ? 0 : 1);
    setOrRemove(position, last?.position);
    setOrRemove(signed, last && Date.parse(last.signed_at) / 1_000);
    unwritten.reset();
    for (const { name: store, unwritten: lacking, ...now } of stores) {
      for (const each of storeStates) state.set({ store, state: each }, now.state === each ? 1 : 0);
      if (lacking !== null) unwritten.set({ store }, lacking);
    }
  };
}

const NO_ANCHORS = { last: null, problem: null, stores: [] } as const;

const NO_JOURNAL = { leads: false, eventStore: 'absent', relayedUpTo: null, warnings: [] } as const;

function watchScheduler(registry: Registry, scheduler: MetricSources['scheduler']): Refresh {
  const leads = gauge(registry, 'registry_scheduler_leader', '1 in the process that runs due work');
  const failing = gauge(registry, 'registry_scheduler_failing', '1 while due work fails');
  const lastTick = gauge(
    registry,
    'registry_scheduler_last_tick_timestamp_seconds',
    'Time at which this process last completed all due work',
  );
  const registers = [registry];
  const runs = new Counter({
    name: 'registry_scheduler_runs_total',
    help: 'Runs of recurring actions by this process, done or refused',
    labelNames: ['result'],
    registers,
  });
  const expired = new Counter({
    name: 'registry_scheduler_expired_bundles_total',
    help: 'Bundles expired by this process',
    registers,
  });
  return () => {
    const { leads: leading, problem, lastTickAt, ...counts } = scheduler?.status() ?? NO_SCHEDULER;
    leads.set(leading ? 1 : 0);
    // The scheduler counts; the counters copy its totals since the start of the process.
    for (const counter of [runs, expired]) counter.reset();
    runs.inc({ result: 'done' }, counts.runsDone);
    runs.inc({ result: 'refused' }, counts.runsRefused);
    expired.inc(counts.bundlesExpired);
    failing.set(problem === null ? 0 : 1);
    setOrRemove(lastTick, lastTickAt && lastTickAt.getTime() / 1_000);
  };
}

const NO_SCHEDULER: SchedulerStatus = {
  leads: false,
  problem: null,
  lastTickAt: null,
  bundlesExpired: 0,
  runsDone: 0,
  runsRefused: 0,
};

function setOrRemove(shown: Gauge, value: number | null | undefined): void {
  if (value === null || value === undefined) shown.remove();
  else shown.set(value);
}
