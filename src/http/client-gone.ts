import type { FastifyReply } from 'fastify';
import { Problem } from '../operation/problem.ts';

/**
 * A signal that is aborted when the connection of a response ends, before or after it was sent: work that did not begin need not
 * begin. (`request.signal` of Fastify is aborted as soon as the body was read.)
 */
export function clientGone({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  // Nobody receives this answer. Its status in logs and metrics is that of nginx for such requests.
  const abort = () => gone.abort(new Problem(499, 'client-gone', 'The client closed the connection.'));
  if (raw.closed) abort();
  else raw.once('close', abort);
  return gone.signal;
}
