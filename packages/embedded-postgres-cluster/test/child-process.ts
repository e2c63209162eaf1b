import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import type { EmbeddedClusterOptions } from '../src/index.ts';

const Started = z.object({ pids: z.array(z.number()) });

/** A process in a group of its own that starts a cluster; killed when the test ends, if not before. */
export function forkCluster(options: EmbeddedClusterOptions): ChildProcess {
  const script = fileURLToPath(new URL('./start-cluster.ts', import.meta.url));
  const child = fork(script, [JSON.stringify(options)], {
    execArgv: ['--import', 'tsx'],
    detached: true,
  });
  onTestFinished(() => killProcess(child));
  return child;
}

/** The pids of both postmasters, once the cluster runs. */
export async function postmasterPids(child: ChildProcess): Promise<number[]> {
  const [message] = await once(child, 'message');
  return Started.parse(message).pids;
}

/** Presses Ctrl-C: the signal goes to the whole process group. @returns the exit code. */
export async function interrupt(child: ChildProcess): Promise<unknown> {
  const exit = once(child, 'exit');
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
  const [code] = await exit;
  return code;
}

/** Kills the process as `kill -9` does, and waits until it is gone; its Postgres may not be yet. */
export async function killProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
