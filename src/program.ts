import { ConfigError } from './config.ts';

/** An error of these classes is a matter for the person at the terminal: one line, without a stack. */
type ErrorClass = new (...parameters: never[]) => Error;

const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ETIMEDOUT']);

/** Runs the main function of a program; what it throws is printed, and the exit code is 1. */
export function runProgram(main: () => Promise<void>, expected: readonly ErrorClass[] = []): void {
  main().catch((error: unknown) => {
    process.stderr.write(`${describe(error, [ConfigError, ...expected])}\n`);
    process.exit(1);
  });
}

function describe(error: unknown, expected: readonly ErrorClass[]): string {
  if (!(error instanceof Error)) return String(error);
  if (expected.some((each) => error instanceof each)) return error.message;
  if ('code' in error && typeof error.code === 'string' && UNREACHABLE.has(error.code)) {
    const reason = error.message || error.code;
    return `A server that is needed cannot be reached (${reason}). Without one: start "make demo" in another terminal.`;
  }
  // A statement that failed says in its stack which one it was, and only its cause says why.
  const why = error.cause instanceof Error ? `\n${error.cause.message}` : '';
  return `${error.stack ?? error.message}${why}`;
}
