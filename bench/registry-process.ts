import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { PASSWORD, USER_EMAIL } from './fill.ts';
import type { Side } from './side.ts';

/** The API of a side in a process of its own, as in production: compiled, with its log in a file. */
export interface RegistryProcess {
  readonly url: string;
  /** The headers of a user who logged in once. */
  headers(): Promise<Readonly<Record<string, string>>>;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;
const POLL_MS = 10;

/** Starts the API and waits until it is ready. */
export async function startRegistryProcess(
  side: Side,
  nodeArgs: readonly string[] = [],
): Promise<RegistryProcess> {
  const port = await freePort();
  const log = await open(side.logFile, 'a');
  const child = spawn(process.execPath, [...nodeArgs, 'dist/main.js'], {
    cwd: side.folder,
    env: { ...process.env, ...side.environment, PORT: String(port) },
    stdio: ['ignore', log.fd, log.fd],
  });
  await log.close();
  const exited = once(child, 'exit');
  const stop = async () => {
    if (child.exitCode === null) child.kill('SIGTERM');
    await exited;
  };
  const url = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + READY_WITHIN_MS;
  while (!(await isReady(url))) {
    if (child.exitCode === null && performance.now() < deadline) await sleep(POLL_MS);
    else {
      await stop();
      throw new Error(
        `the registry does not become ready:\n${(await readFile(side.logFile, 'utf8')).slice(-2_000)}`,
      );
    }
  }
  let token: Promise<string> | undefined;
  const headers = async () => {
    token ??= logIn(url);
    return { authorization: `Bearer ${await token}` };
  };
  return { url, headers, stop };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health/ready`)).ok;
  } catch {
    return false;
  }
}

const Tokens = z.object({ access_token: z.string() });

async function logIn(url: string): Promise<string> {
  const response = await fetch(`${url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: USER_EMAIL, password: PASSWORD }),
  });
  return Tokens.parse(await response.json()).access_token;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port was found');
  return address.port;
}
