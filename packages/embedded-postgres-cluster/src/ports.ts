import { createServer } from 'node:net';
import { EmbeddedPostgresError } from './error.ts';

const LAST_PORT = 65_535;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.unref();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/**
 * Finds the first free port of 127.0.0.1, beginning with `wanted`. Does not reserve it: another process may bind it.
 */
export async function nextFreePort(wanted: number): Promise<number> {
  for (let port = wanted; port <= LAST_PORT; port += 1) {
    if (await isFree(port)) return port;
  }
  throw new EmbeddedPostgresError(`there is no free port from ${wanted} to ${LAST_PORT}`);
}
