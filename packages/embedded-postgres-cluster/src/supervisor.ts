import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { parse } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { EmbeddedPostgresError } from './error.ts';
import { describeTail } from './log-file.ts';
import type { OsUser } from './os-user.ts';

/** A program that must stop when this process ends. */
export interface SupervisedProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** The user to run it as; the user of this process if undefined. */
  readonly osUser: OsUser | undefined;
  /** Receives the standard error of the program. */
  readonly logFile: string;
  /** Used on Windows, which has no signals, to stop the program: `pg_ctl` and the data folder. */
  readonly control?: { readonly command: string; readonly folder: string };
}

export type StopSignal = 'SIGINT' | 'SIGQUIT' | 'SIGKILL';

export interface SupervisedProcess {
  readonly pid: number;
  /** Whether the program has exited; its child processes may still run. */
  hasExited(): boolean;
  exitCode(): number | null;
  /** Resolves when the program and all its child processes have exited. */
  readonly ended: Promise<void>;
  signal(signal: StopSignal): void;
}

/**
 * The source of the supervisor, a process between this one and the program. It runs in its own session, so that Ctrl-C
 * in a terminal reaches neither it nor the program. Its standard input is a pipe from this process: each line is a
 * signal to send to the program, and the end of the pipe means that this process has ended, in whatever way, and that
 * the program must be stopped. As the parent of the program, it cannot signal another process with a reused pid.
 *
 * It is a string and not a module, because Node.js 20 cannot run TypeScript, and because a string works the same under
 * tsx, in Vitest and in the build.
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

/** The environment without PG* variables, locale and NODE_OPTIONS, which would change how Postgres runs. */
function minimalEnvironment(): Record<string, string> {
  const kept = ['PATH', 'SystemRoot', 'TEMP', 'TMP'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}

/**
 * Starts a program that is stopped when this process ends, also by SIGKILL. Its handles do not keep the event loop
 * alive.
 *
 * @throws {EmbeddedPostgresError} when the program cannot be started.
 */
export async function startSupervised(program: SupervisedProgram): Promise<SupervisedProcess> {
  const { supervisor, stdin, stdout } = spawnSupervisor(program);
  stdin.on('error', () => undefined); // The supervisor has exited, which `ended` reports.
  // All processes of Postgres inherit the stdout of the supervisor: 'close' is emitted when the last one has exited.
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
    // The root folder is the working directory, because the other user may not be able to enter the current one.
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
  if (!stdin || !stdout) throw new EmbeddedPostgresError('the supervisor of a Postgres has no pipes');
  return { supervisor, stdin, stdout };
}
