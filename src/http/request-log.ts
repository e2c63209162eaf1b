import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../operation/caller.ts';
import { clientAddressOf } from '../operation/client-address.ts';

/**
 * Every line of a request has its id, method, route pattern and the network of the client, and, once known, the caller. A last
 * line has the status and the duration. The path is not logged, because it may contain a secret.
 */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    const { method, ip, span } = request;
    const trace = span ? { trace_id: span.traceId } : {};
    describe(request, reply, { method, route: routeOf(request), client: clientAddressOf(ip), ...trace });
  });
  app.addHook('onResponse', async (request, reply) => {
    const durationMs = Math.round(reply.elapsedTime * 10) / 10;
    request.log.info({ status: reply.statusCode, duration_ms: durationMs }, 'request completed');
  });
}

/** The pattern of the route, the same for all ids and for both names of a path. The number of values is bounded. */
export function routeOf({ routeOptions }: FastifyRequest): string {
  return routeOptions.config.operation?.path ?? routeOptions.url ?? '(none)';
}

/** Adds the caller to the request's log lines. */
export function nameActor(request: FastifyRequest, reply: FastifyReply, { userId, apiKey }: Caller): void {
  describe(request, reply, { actor: userId, ...(apiKey ? { key_id: apiKey.id } : {}) });
}

function describe(request: FastifyRequest, reply: FastifyReply, bindings: Record<string, unknown>): void {
  request.log = request.log.child(bindings);
  reply.log = request.log;
}
