import { z } from 'zod';
import { query } from '../operation/operation.ts';
import { Problem } from '../operation/problem.ts';

const Liveness = z.object({ status: z.literal('ok') }).meta({ id: 'Liveness' });

const Standby = z.object({
  name: z.string(),
  state: z.enum(['streaming', 'late', 'unreachable']),
  lag_bytes: z.int().nullable(),
  lag_seconds: z.number().nullable(),
});

const Readiness = z
  .object({
    status: z
      .enum(['ready', 'degraded'])
      .meta({ description: 'degraded: all works, but with less in reserve' }),
    primary: z.enum(['up', 'down']),
    standbys: z.array(Standby),
  })
  .meta({ id: 'Readiness' });

const live = query({
  id: 'health',
  method: 'GET',
  path: '/health',
  tag: 'Core',
  summary: 'Liveness',
  description: 'Whether the process answers. It asks no database.',
  permission: 'public',
  answer: { status: 200, description: 'It does', schema: Liveness },
  async handle() {
    return { status: 'ok' as const };
  },
});

const ready = query({
  id: 'ready',
  method: 'GET',
  path: '/health/ready',
  tag: 'Core',
  summary: 'Readiness',
  description:
    'Whether requests can be served, with the state and lag of each part. 503 while the primary is down.',
  permission: 'public',
  answer: { status: 200, description: 'The state of each part', schema: Readiness },
  refusals: [503],
  async handle({ services }) {
    const { primary, replicas } = services.database.status();
    const standbys = replicas.map(({ name, state, lagBytes, lagSeconds }) => ({
      name,
      state,
      lag_bytes: lagBytes,
      lag_seconds: lagSeconds,
    }));
    if (primary === 'down') {
      const extensions = { primary, standbys };
      throw new Problem(503, 'not-ready', 'The primary database does not answer.', { extensions });
    }
    const degraded = standbys.some(({ state }) => state !== 'streaming');
    return { status: degraded ? ('degraded' as const) : ('ready' as const), primary, standbys };
  },
});

export const healthOperations = [live, ready];
