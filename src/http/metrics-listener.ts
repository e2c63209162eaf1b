import { createServer, type Server } from 'node:http';
import { promisify } from 'node:util';
import type { FastifyBaseLogger } from 'fastify';
import type { Config } from '../config.ts';
import type { Metrics } from '../metrics/index.ts';
import { showsToken } from './metrics.ts';

export interface MetricsListener {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Serves `/metrics` on `METRICS_PORT`, a separate, internal port. A token is required only if one is configured.
 *
 * @returns undefined without `METRICS_PORT`.
 * @throws the error of the socket, for example if the port is in use.
 */
export async function listenForMetrics(
  metrics: Metrics,
  config: Pick<Config, 'METRICS_HOST' | 'METRICS_PORT' | 'METRICS_TOKEN'>,
  log: FastifyBaseLogger,
): Promise<MetricsListener | undefined> {
  const { METRICS_HOST: host, METRICS_PORT: port, METRICS_TOKEN: token } = config;
  if (port === undefined) return undefined;
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, text: string) =>
      response.writeHead(status, { 'cache-control': 'no-store', 'content-type': type }).end(text);
    const refuse = (status: number, text: string) => answer(status, 'text/plain; charset=utf-8', `${text}\n`);
    if (request.method !== 'GET' || request.url !== '/metrics') {
      return refuse(404, 'Only GET /metrics exists.');
    }
    if (token !== undefined && !showsToken(request.headers, token)) {
      return refuse(401, 'Send METRICS_TOKEN as "Authorization: Bearer <token>".');
    }
    metrics.text().then(
      (text) => answer(200, metrics.contentType, text),
      (error: unknown) => {
        log.error({ err: error }, 'the metrics could not be read');
        refuse(500, 'The metrics could not be read.');
      },
    );
  });
  const listeningPort = await listen(server, host, port);
  log.info(`Metrics at http://${host.includes(':') ? `[${host}]` : host}:${listeningPort}/metrics`);
  const close = promisify(server.close.bind(server));
  return {
    port: listeningPort,
    stop() {
      const closed = close();
      server.closeAllConnections();
      return closed;
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the metrics listener has no port');
  return address.port;
}
