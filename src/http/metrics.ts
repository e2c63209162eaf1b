import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import type { Metrics } from '../metrics/index.ts';
import { problems } from '../operation/problem.ts';
import { routeOf } from './request-log.ts';

/** Counts every request, and serves `/metrics` to those who may read it. */
export function serveMetrics(
  app: FastifyInstance,
  metrics: Metrics,
  { METRICS_TOKEN: token }: Pick<Config, 'METRICS_TOKEN'>,
): void {
  app.addHook('onResponse', async (request, reply) => {
    const seconds = reply.elapsedTime / 1_000;
    metrics.requestCompleted({
      method: request.method,
      route: routeOf(request),
      status: reply.statusCode,
      seconds,
    });
  });
  app.addHook('onClose', async () => metrics.stop());
  app.get('/metrics', async (request, reply) => {
    requireReader(request, token);
    return reply
      .header('cache-control', 'no-store')
      .type(metrics.contentType)
      .send(await metrics.text());
  });
}

/**
 * With a token set, whoever shows it; without one, this machine alone. Metrics name no one, but tell how much the registry does.
 *
 * @throws {Problem} 401 without the right token, 403 from elsewhere.
 */
function requireReader(request: FastifyRequest, token: string | undefined): void {
  if (token === undefined && !isOfThisMachine(request.raw)) {
    throw problems.forbidden('Set METRICS_TOKEN to read the metrics from another machine.');
  }
  if (token !== undefined && !isSame(bearer(request), token)) {
    throw problems.unauthenticated('Send METRICS_TOKEN as "Authorization: Bearer <token>".');
  }
}

const LOOPBACK = /^(::1|(::ffff:)?127(\.\d+){3})$/;

/** A proxy on this machine speaks for others. */
function isOfThisMachine({ socket, headers }: FastifyRequest['raw']): boolean {
  const forwarded = Object.keys(headers).some((name) =>
    /^(forwarded|via|x-forwarded-.*|x-real-ip)$/.test(name),
  );
  return !forwarded && LOOPBACK.test(socket.remoteAddress ?? '');
}

const bearer = ({ headers }: FastifyRequest) =>
  /^bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';

/** In the same time, however much of it is right. */
function isSame(sent: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(sent), digest(wanted));
}
