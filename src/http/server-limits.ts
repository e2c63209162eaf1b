import type { Server } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyHttpOptions, FastifyInstance, FastifyReply } from 'fastify';
import type { Config } from '../config.ts';

/** How often connections are examined for headers and requests that are late. */
const EXAMINED_EVERY_MS = 1_000;

type Bounds = Pick<
  Config,
  | 'HEADERS_TIMEOUT_MS'
  | 'REQUEST_TIMEOUT_MS'
  | 'KEEP_ALIVE_TIMEOUT_MS'
  | 'MAX_CONNECTIONS'
  | 'RESPONSE_IDLE_MS'
>;

/** The time limits for the receipt of requests: of their headers, of the whole, and until the next one of a connection. */
export function receiptLimits(
  config: Bounds,
): Pick<FastifyHttpOptions<Server>, 'requestTimeout' | 'keepAliveTimeout' | 'http'> {
  return {
    requestTimeout: config.REQUEST_TIMEOUT_MS,
    keepAliveTimeout: config.KEEP_ALIVE_TIMEOUT_MS,
    http: {
      headersTimeout: config.HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: EXAMINED_EVERY_MS,
    },
  };
}

/** Closes connections beyond the limit at once, and those whose client does not read its response. */
export function limitConnections(app: FastifyInstance, { MAX_CONNECTIONS, RESPONSE_IDLE_MS }: Bounds): void {
  app.server.maxConnections = MAX_CONNECTIONS;
  app.addHook('onSend', async (_, reply, payload) => {
    endIfUnread(reply, RESPONSE_IDLE_MS);
    return payload;
  });
}

/** Ends the connection if the client takes no bytes of the response for `idleMs` while some wait for it. */
function endIfUnread({ raw }: FastifyReply, idleMs: number): void {
  const { socket } = raw;
  // Requests that are injected have none.
  if (!(socket instanceof Socket)) return;
  // The timer of the socket starts again whenever the client takes bytes. It ends with the response.
  raw.setTimeout(idleMs, () => {
    if (raw.writableLength > 0 || socket.writableLength > 0) socket.destroy();
  });
}
