import { execFile } from 'node:child_process';
import type { TestRegistry } from './registry.ts';
import { atDatabase } from './urls.ts';

export interface Ended {
  readonly code: unknown;
  /** Its output, errors included. */
  readonly output: string;
}

/** The settings of the programs of `src/command` for the registry of a test, and of this process only the path. */
export function environmentOf(
  { config }: TestRegistry,
  ownerUrl: string,
  more: Record<string, string> = {},
): Record<string, string | undefined> {
  return {
    PATH: process.env.PATH,
    DATABASE_OWNER_URL: atDatabase(ownerUrl, new URL(config.DATABASE_WRITE_URL).pathname.slice(1)),
    DATABASE_WRITE_URL: config.DATABASE_WRITE_URL,
    DATABASE_READ_URLS: config.DATABASE_READ_URLS.join(','),
    ESDB_CONNECTION_STRING: '',
    ...more,
  };
}

/** Runs a program of `src/command` in a separate process. */
export function runProgram(
  program: string,
  env: Record<string, string | undefined>,
  ...args: string[]
): Promise<Ended> {
  return ended(process.execPath, ['--import', 'tsx', `src/command/${program}.ts`, ...args], { env });
}

/** Runs any program in a separate process, and waits until it has exited. */
export function ended(
  command: string,
  args: readonly string[],
  options: { env: Record<string, string | undefined>; uid?: number; gid?: number; cwd?: string },
): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(command, args, options, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, output: stdout + stderr }),
    );
  });
}
