import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import type { EmbeddedClusterOptions } from '../src/index.ts';

const Started = z.object({ pids: z.array(z.number()) });

/** Starts a cluster in a child process with its own process group, which is killed when the test ends. */
export function forkCluster(options: EmbeddedClusterOptions): ChildProcess {
  const script = fileURLToPath(new URL('./start-cluster.ts', import.meta.url));
  const child = fork(script, [JSON.stringify(options)], {
    execArgv: ['--import', 'tsx'],
    detached: true,
  });
  onTestFinished(() => killProcess(child));
  return child;
}

/** Waits until the cluster of the child process runs. @returns the pids of both postmasters. */
export async function postmasterPids(child: ChildProcess): Promise<number[]> {
  const [message] = await once(child, 'message');
  return Started.parse(message).pids;
}

/** Sends SIGINT to the whole process group, as Ctrl-C does. @returns the exit code. */
export async function interrupt(child: ChildProcess): Promise<unknown> {
  const exit = once(child, 'exit');
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
  const [code] = await exit;
  return code;
}

/** Kills the process with SIGKILL and waits until it has exited. Its Postgres may still run. */
export async function killProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
