import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const run = promisify(execFile);

async function listening(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

/** A free port, as the system has just assigned it. */
async function free(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('the server had no port');
  return address.port;
}

const NAMES = ['PORT', 'PRIMARY_PORT', 'STANDBY_PORT', 'EVENTSTORE_PORT'];

async function freePorts(): Promise<Record<string, string>> {
  const entries = NAMES.map(async (name) => [name, String(await free())] as const);
  return Object.fromEntries(await Promise.all(entries));
}

const check = (ports: Record<string, string>) =>
  run('bash', ['docker/free-ports.sh'], { env: { PATH: process.env.PATH ?? '', ...ports } });

test('make dev starts when all of its ports are free', async () => {
  await expect(check(await freePorts())).resolves.toEqual({ stdout: '', stderr: '' });
});

test.each(NAMES)('make dev names %s when another program uses that port', async (name) => {
  const port = await listening();
  const failure = check({ ...(await freePorts()), [name]: String(port) });
  await expect(failure).rejects.toMatchObject({
    code: 1,
    stderr: `Port ${port} is in use by another program. Choose another one with ${name}, in .env or as: make dev ${name}=${port + 100}\n`,
  });
});
