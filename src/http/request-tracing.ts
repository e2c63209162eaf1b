import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Span, Tracing } from '../tracing/index.ts';
import { routeOf } from './request-log.ts';

declare module 'fastify' {
  interface FastifyRequest {
    span: Span | null;
  }
}

/** Makes a span for every request of an operation, below the caller's `traceparent`. Health probes have none: there are too many. */
export function traceRequests(app: FastifyInstance, tracing: Tracing | undefined): void {
  app.decorateRequest('span', null);
  if (tracing === undefined) return;
  app.addHook('onRequest', (request, _reply, done) => {
    const { operation } = request.routeOptions.config;
    if (operation === undefined || operation.bypassLimits) return done();
    request.span = begin(tracing, request);
    request.span.within(done);
  });
  // The body is read in socket events, which have lost the span.
  app.addHook('preValidation', ({ span }, _reply, done) => (span ? span.within(done) : done()));
  app.addHook('onResponse', async ({ span, authority }, { statusCode }) => {
    if (span === null) return;
    span.set({
      'http.response.status_code': statusCode,
      ...(authority ? { 'registry.actor': authority.caller.userId } : {}),
    });
    span.end(statusCode >= 500 ? String(statusCode) : undefined);
  });
}

function begin(tracing: Tracing, request: FastifyRequest): Span {
  const { method, headers, id } = request;
  const route = routeOf(request);
  const text = (name: string) => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  return tracing.begin(`${method} ${route}`, {
    kind: 'server',
    attributes: { 'http.request.method': method, 'http.route': route, 'registry.request_id': id },
    remote: { traceparent: text('traceparent'), tracestate: text('tracestate') },
  });
}
