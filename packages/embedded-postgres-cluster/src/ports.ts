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
 * The first port from `wanted` on that nobody listens on at 127.0.0.1.
 *
 * It is not reserved: whoever binds it must be ready to lose the race.
 */
export async function nextFreePort(wanted: number): Promise<number> {
  for (let port = wanted; port <= LAST_PORT; port += 1) {
    if (await isFree(port)) return port;
  }
  throw new EmbeddedPostgresError(`no free port from ${wanted} on`);
}
