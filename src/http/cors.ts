import cors from '@fastify/cors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ANSWER_HEADERS } from './response-headers.ts';

/** How long a browser may keep the answer to a preflight request. */
const PREFLIGHT_SECONDS = 600;

/**
 * Lets pages of the configured origins call the API and read its answers, errors included (Fetch Standard, 3.3). Register it
 * before any hook that can refuse a request. Pages may send credentials, as the clients of the previous registry do; the API
 * reads no cookie of another origin.
 *
 * @param origins such as `https://app.example.com`; all others receive no CORS header.
 */
export async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  const allowed = new Set(origins);
  app.decorate('allowedOrigins', allowed);
  await app.register(cors, {
    origin: (origin, callback) =>
      callback(null, origin !== undefined && allowed.has(origin) ? origin : false),
    credentials: true,
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    exposedHeaders: Object.keys(ANSWER_HEADERS),
    maxAge: PREFLIGHT_SECONDS,
    // `OPTIONS` without a preflight's headers is answered by the path itself, with `Allow`.
    strictPreflight: false,
    preflightContinue: true,
  });
}

/** Sets the headers on an answer for which no hook runs. */
export function allowOriginOf({ headers: { origin }, server }: FastifyRequest, reply: FastifyReply): void {
  reply.header('vary', 'Origin');
  if (origin === undefined || !server.allowedOrigins.has(origin)) return;
  reply.header('access-control-allow-origin', origin).header('access-control-allow-credentials', 'true');
}

declare module 'fastify' {
  interface FastifyInstance {
    allowedOrigins: ReadonlySet<string>;
  }
}
