import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { parse } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { EmbeddedPostgresError } from './error.ts';
import { describeTail } from './log-file.ts';
import type { OsUser } from './os-user.ts';

/** A program that must not outlive us. */
export interface SupervisedProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** Whom to run it as; ourselves if missing. */
  readonly osUser: OsUser | undefined;
  /** Takes what the program prints to stderr. */
  readonly logFile: string;
  /** How Windows, which has no signals, asks it to stop: `pg_ctl` and the data folder. */
  readonly control?: { readonly command: string; readonly folder: string };
}

export type StopSignal = 'SIGINT' | 'SIGQUIT' | 'SIGKILL';

export interface SupervisedProcess {
  readonly pid: number;
  /** The program has exited; processes that it forked may still be there. */
  hasExited(): boolean;
  exitCode(): number | null;
  /** The program and everything that it forked is gone. */
  readonly ended: Promise<void>;
  signal(signal: StopSignal): void;
}

/**
 * The keeper: a process between us and the program. It lives in a session of its own, so that the terminal's Ctrl-C
 * reaches neither it nor the program. Its stdin is a pipe from us: a line on it is a signal to pass on, and its end
 * means that we are gone, however that came about, and the program has to go too. Being the program's parent, it
 * can never signal a stranger who was given a recycled pid.
 *
 * It is text, not a module: a Node 20 cannot run our TypeScript on its own, and must not have to know whether we run
 * from `src` through tsx, inside Vitest, or from `dist`.
 */
const SUPERVISOR_SOURCE = `
const { spawn } = require('node:child_process');
const { writeSync } = require('node:fs');
const program = JSON.parse(process.argv[1]);
const child = spawn(program.command, program.args, {
  stdio: ['ignore', 'inherit', 'inherit'], windowsHide: true, env: program.env, ...program.identity,
});
child.on('error', (error) => { console.error(error.message); process.exit(127); });
child.on('exit', (code) => process.exit(code ?? 128));
if (child.pid !== undefined) writeSync(1, child.pid + '\\n');
function send(signal) {
  const control = program.control;
  if (process.platform !== 'win32' || !control || signal === 'SIGKILL') return void child.kill(signal);
  const mode = signal === 'SIGQUIT' ? 'immediate' : 'fast';
  spawn(control.command, ['stop', '-D', control.folder, '-m', mode, '-W'], { stdio: 'ignore', windowsHide: true });
}
let leaving = false;
function leave() {
  if (leaving) return;
  leaving = true;
  send('SIGINT');
  setTimeout(send, 20_000, 'SIGQUIT');
  setTimeout(send, 30_000, 'SIGKILL');
}
process.stdin.setEncoding('utf8');
process.stdin.on('data', (text) => text.split('\\n').filter(Boolean).forEach(send));
process.stdin.on('end', leave).on('close', leave).on('error', leave);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, leave);
`;

/** Postgres must not see the PG* variables, the locale or the NODE_OPTIONS of whoever started us. */
function minimalEnvironment(): Record<string, string> {
  const kept = ['PATH', 'SystemRoot', 'TEMP', 'TMP'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}

/**
 * Starts a program that ends when we end, even by SIGKILL.
 *
 * Its handles do not keep our event loop alive.
 *
 * @throws {EmbeddedPostgresError} when it cannot be started at all.
 */
export async function startSupervised(program: SupervisedProgram): Promise<SupervisedProcess> {
  const { supervisor, stdin, stdout } = spawnSupervisor(program);
  stdin.on('error', () => undefined); // It has gone: `ended` tells.
  // Postgres' processes inherit the keeper's stdout: it closes, and 'close' comes, when the last of them has gone.
  const ended = new Promise<void>((resolve) => supervisor.once('close', () => resolve()));
  const pid = await new Promise<number | undefined>((resolve) => {
    stdout.once('data', (chunk: Buffer) => resolve(Number.parseInt(chunk.toString(), 10)));
    supervisor.once('error', () => resolve(undefined));
    void ended.then(() => resolve(undefined));
  });
  if (pid === undefined) {
    throw new EmbeddedPostgresError(`cannot run ${program.command}; ${await describeTail(program.logFile)}`);
  }
  stdout.resume();
  supervisor.unref();
  for (const stream of [stdin, stdout]) if (stream instanceof Socket) stream.unref();

  return {
    pid,
    ended,
    hasExited: () => supervisor.exitCode !== null || supervisor.signalCode !== null,
    exitCode: () => supervisor.exitCode,
    signal: (signal) => void stdin.write(`${signal}\n`),
  };
}

function spawnSupervisor(program: SupervisedProgram): {
  supervisor: ChildProcess;
  stdin: Writable;
  stdout: Readable;
} {
  const { command, args, control, osUser } = program;
  const env = minimalEnvironment();
  const identity = osUser ? { uid: osUser.uid, gid: osUser.gid } : {};
  const log = openSync(program.logFile, 'a', 0o600);
  const supervisor = spawn(
    process.execPath,
    ['-e', SUPERVISOR_SOURCE, JSON.stringify({ command, args, control, env, identity })],
    // The root as the working directory: the other account may not be able to enter ours.
    {
      stdio: ['pipe', 'pipe', log],
      detached: true,
      windowsHide: true,
      env,
      cwd: parse(process.execPath).root,
    },
  );
  closeSync(log);
  const { stdin, stdout } = supervisor;
  if (!stdin || !stdout) throw new EmbeddedPostgresError('no pipe to the keeper of a Postgres');
  return { supervisor, stdin, stdout };
}
