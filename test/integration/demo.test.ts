import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { waitUntil } from '../harness/polling.ts';
import { freePort, takenPort } from '../harness/ports.ts';

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** A folder for the data, removed after what was registered later has ended. */
async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'demo-'));
  await chmod(folder, 0o711); // As root, Postgres runs as another user, which must be able to enter.
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 20 }));
  return folder;
}

interface Demo {
  readonly process: ChildProcess;
  output(): string;
}

/** Starts what `make demo` runs, with its data in the folder, and waits until it says how to stop it. */
async function startDemo(folder: string, ports: Record<string, number>): Promise<Demo> {
  const texts = Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)]));
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), file('seed/demo.ts')], {
    cwd: folder,
    env: { PATH: process.env.PATH, TSX_TSCONFIG_PATH: file('tsconfig.json'), ...texts },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => stop(child));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  await waitUntil('the demo says how to stop it', { limitMs: 150_000 }, async () => {
    expect(child.exitCode, output).toBeNull();
    return output.includes('Press Ctrl-C to stop') ? undefined : output;
  });
  return { process: child, output: () => output };
}

/** Stops it as Ctrl-C does. It ends by itself within 10 s, with its databases. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGINT');
  await exited;
}

test('make demo steps aside from a port that is taken, and prints the address ready to paste', async () => {
  const folder = await makeFolder();
  const taken = await takenPort();
  const ports = { PORT: taken, PRIMARY_PORT: await freePort(), STANDBY_PORT: await freePort() };
  const demo = await startDemo(folder, ports);
  expect(demo.output()).toContain(`\n  Port ${taken} is taken, trying ${taken + 1}.\n`);
  const [, url = '', port] = /^export REGISTRY=(http:\/\/127\.0\.0\.1:(\d+))$/m.exec(demo.output()) ?? [];
  expect(Number(port), demo.output()).toBeGreaterThan(taken);
  expect(demo.output()).toContain(`  Try it in a browser   ${url}/docs\n`);
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  await stop(demo.process);
  expect(demo.process.exitCode).toBe(0);
  await expect(fetch(`${url}/health`)).rejects.toThrow('fetch failed');
}, 240_000);
