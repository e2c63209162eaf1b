import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { freePort, takenPort } from '../../harness/ports.ts';

const run = promisify(execFile);

const NAMES = ['PORT', 'PRIMARY_PORT', 'STANDBY_PORT', 'EVENTSTORE_PORT'];

async function freePorts(): Promise<Record<string, string>> {
  const entries = NAMES.map(async (name) => [name, String(await freePort())] as const);
  return Object.fromEntries(await Promise.all(entries));
}

const check = (ports: Record<string, string>) =>
  run('bash', ['docker/free-ports.sh'], { env: { PATH: process.env.PATH ?? '', ...ports } });

test('make dev starts when all of its ports are free', async () => {
  await expect(check(await freePorts())).resolves.toEqual({ stdout: '', stderr: '' });
});

test.each(NAMES)('make dev names %s when another program uses that port', async (name) => {
  const port = await takenPort();
  const failure = check({ ...(await freePorts()), [name]: String(port) });
  await expect(failure).rejects.toMatchObject({
    code: 1,
    stderr: `Port ${port} is in use by another program. Choose another one with ${name}, in .env or as: make dev ${name}=${port + 100}\n`,
  });
});
