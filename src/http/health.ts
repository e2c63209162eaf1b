import { z } from 'zod';
import { defineQuery, type Services } from '../operation/operation.ts';
import { Problem } from '../operation/problem.ts';
import { count, instantText, quantity } from '../operation/schemas.ts';
import { formatInstant } from '../rules/instant.ts';
import { overloadOf } from './load-shedding.ts';

const Liveness = z.object({ status: z.literal('ok') }).meta({ id: 'Liveness' });

const Standby = z.object({
  name: z
    .string()
    .meta({ description: 'Name, numbered by position in DATABASE_READ_URLS', examples: ['standby 1'] }),
  state: z.enum(['streaming', 'late', 'unreachable']),
  lag_bytes: count.nullable(),
  lag_seconds: quantity.nullable(),
});

const JournalState = z.object({
  leads: z.boolean().meta({ description: 'Whether this process is the leader that orders the journal' }),
  event_store: z.enum(['absent', 'unknown', 'up', 'down', 'diverged', 'truncated']).meta({
    description:
      '`diverged`: the stream is not the copy of the journal. `truncated`: its metadata hides events from readers',
  }),
  unordered: count.nullable().meta({ description: 'Entries without a position, at most 10 000' }),
  unrelayed: count.nullable().meta({
    description: 'Number of events missing in EventStoreDB; may be seconds old unless this process leads',
  }),
  problem: z.string().nullable(),
  warnings: z.array(z.string()).meta({
    description: 'What others than the registry could do to the stream in EventStoreDB',
  }),
});

const AnchorState = z.object({
  signed_at: instantText
    .nullable()
    .meta({ description: 'Time of the last anchor; null unless this process leads' }),
  stores: z.array(
    z.object({
      name: z.enum(['eventstore', 'directory', 'bucket']),
      state: z.enum(['unknown', 'up', 'down', 'diverged']).meta({
        description:
          '`diverged`: it does not have the anchors of this registry. `unknown` unless this process leads',
      }),
      unwritten: count.nullable().meta({ description: 'Number of anchors that it lacks' }),
      problem: z.string().nullable(),
      warnings: z.array(z.string()),
    }),
  ),
  problem: z.string().nullable().meta({ description: 'Why no anchor is signed' }),
});

const SchedulerState = z.object({
  leads: z.boolean().meta({ description: 'Whether this process is the leader of the scheduler' }),
  last_tick_at: instantText
    .nullable()
    .meta({ description: 'Time at which this process last completed all due work' }),
  problem: z.string().nullable(),
});

const Load = z.object({
  shedding: z.enum(['event loop', 'connections']).nullable().meta({
    description: 'Overloaded resource that causes new requests to be rejected with 503; null if none',
  }),
});

const Readiness = z
  .object({
    status: z
      .enum(['ready', 'degraded'])
      .meta({ description: '`degraded`: fully functional with reduced redundancy' }),
    primary: z.enum(['up', 'down']),
    standbys: z.array(Standby),
    load: Load,
    ignores_forwarded_for: z.boolean().meta({
      description:
        'Whether a peer that is not in TRUSTED_PROXIES has sent `X-Forwarded-For` to this process. If it is your proxy, its clients share one address',
    }),
    journal: JournalState.nullable().meta({ description: 'null if this process does not run it' }),
    anchors: AnchorState.nullable().meta({ description: 'null if the heads of the journal are not signed' }),
    scheduler: SchedulerState.nullable().meta({ description: 'null if this process does not run it' }),
  })
  .meta({ id: 'Readiness' });

async function journalState({
  journal,
  journalLag,
}: Services): Promise<z.output<typeof JournalState> | null> {
  if (journal === undefined) return null;
  const { leads, eventStore, relayedUpTo, problem, warnings } = journal.status();
  const lag = await journalLag();
  return {
    leads,
    event_store: eventStore,
    unordered: lag?.unordered ?? null,
    // The lag may be older than what the relay knows.
    unrelayed: lag === undefined || relayedUpTo === null ? null : Math.max(0, lag.orderedUpTo - relayedUpTo),
    problem,
    warnings: [...warnings],
  };
}

function anchorState({ anchoring }: Services): z.output<typeof AnchorState> | null {
  if (anchoring === undefined) return null;
  const { last, problem, stores } = anchoring.status();
  return {
    signed_at: last && formatInstant(new Date(last.signed_at)),
    stores: stores.map(({ warnings, ...store }) => ({ ...store, warnings: [...warnings] })),
    problem,
  };
}

function schedulerState({ scheduler }: Services): z.output<typeof SchedulerState> | null {
  if (scheduler === undefined) return null;
  const { leads, lastTickAt, problem } = scheduler.status();
  return {
    leads,
    last_tick_at: lastTickAt && formatInstant(lastTickAt),
    problem,
  };
}

type Parts = Omit<z.output<typeof Readiness>, 'status'>;

async function partsOf(services: Services): Promise<Parts> {
  const { primary, replicas } = services.database.status();
  return {
    primary,
    standbys: replicas.map(({ name, state, lagBytes, lagSeconds }) => ({
      name,
      state,
      lag_bytes: lagBytes,
      lag_seconds: lagSeconds,
    })),
    load: { shedding: overloadOf(services, 'write') ?? overloadOf(services, 'read') ?? null },
    ignores_forwarded_for: services.forwardedFor.ignored(),
    journal: await journalState(services),
    anchors: anchorState(services),
    scheduler: schedulerState(services),
  };
}

function statusOf({ standbys, load, journal, anchors, scheduler }: Parts): 'ready' | 'degraded' {
  const late = standbys.some(({ state }) => state !== 'streaming');
  const waiting =
    journal !== null &&
    (journal.problem !== null ||
      journal.warnings.length > 0 ||
      ['down', 'diverged'].includes(journal.event_store));
  const failing = scheduler !== null && scheduler.problem !== null;
  const unanchored =
    anchors !== null &&
    (anchors.problem !== null ||
      anchors.stores.some(({ problem, warnings }) => problem !== null || warnings.length > 0));
  return late || waiting || unanchored || failing || load.shedding ? 'degraded' : 'ready';
}

const live = defineQuery({
  id: 'health',
  method: 'GET',
  path: '/health',
  tag: 'Core',
  summary: 'Check liveness',
  description: 'Reports that the process is running. It does not query the database.',
  permission: 'public',
  bypassLimits: true,
  answer: { status: 200, description: 'The process is running', schema: Liveness },
  async handle() {
    return { status: 'ok' as const };
  },
});

const ready = defineQuery({
  id: 'ready',
  method: 'GET',
  path: '/health/ready',
  tag: 'Core',
  summary: 'Check readiness',
  description:
    'Reports whether requests can be served, with the state and lag of each part. Counts and positions are in the metrics. Lags of the journal may be a second old. Returns 503 while the primary is down.',
  permission: 'public',
  bypassLimits: true,
  answer: { status: 200, description: 'The state of each component', schema: Readiness },
  refusals: [503],
  async handle({ services }) {
    const parts = await partsOf(services);
    if (parts.primary === 'up') return { status: statusOf(parts), ...parts };
    throw new Problem(503, 'not-ready', 'The primary database does not answer.', { extensions: parts });
  },
});

export const healthOperations = [live, ready];
