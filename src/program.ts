import { ConfigError } from './config.ts';
import { connectionFailure } from './database/connection-errors.ts';

/** How a program ends; 0 is success. docs/DEPLOYMENT.md lists them. */
export const ExitStatus = {
  /** The program ran, and what it checked is wrong, or it could not do its task for a reason that it names. */
  negative: 1,
  /** The arguments or the settings are unusable. */
  configuration: 2,
  /** A server cannot be reached, or refuses the connection. */
  unreachable: 3,
  /** Any other error. It is printed with its stack. */
  failure: 4,
} as const;

type ErrorClass = new (...parameters: never[]) => Error;

/** Errors that are printed as one line, their message, without a stack. */
export interface ExpectedErrors {
  readonly negative?: readonly ErrorClass[];
  readonly unreachable?: readonly ErrorClass[];
}

/** Runs the main function of a program. What it throws is printed on standard error and decides the exit status. */
export function runProgram(main: () => Promise<void>, expected: ExpectedErrors = {}): void {
  main().catch((error: unknown) => {
    const { status, text } = outcomeOf(error, expected);
    process.stderr.write(`${text}\n`);
    process.exit(status);
  });
}

function outcomeOf(error: unknown, { negative = [], unreachable = [] }: ExpectedErrors) {
  if (!(error instanceof Error)) return { status: ExitStatus.failure, text: String(error) };
  const isOneOf = (classes: readonly ErrorClass[]) => classes.some((each) => error instanceof each);
  if (error instanceof ConfigError) return { status: ExitStatus.configuration, text: error.message };
  if (isOneOf(negative)) return { status: ExitStatus.negative, text: error.message };
  if (isOneOf(unreachable)) return { status: ExitStatus.unreachable, text: error.message };
  const code = 'code' in error ? String(error.code) : '';
  if (code.startsWith('ERR_PARSE_ARGS_')) return { status: ExitStatus.configuration, text: error.message };
  if (code === 'EADDRINUSE') {
    return { status: ExitStatus.configuration, text: `${error.message}. Set PORT to a free port.` };
  }
  const reason = connectionFailure(error);
  if (reason !== undefined) {
    const advice =
      'Check DATABASE_OWNER_URL, DATABASE_WRITE_URL and DATABASE_READ_URLS, or start databases with "make demo".';
    return { status: ExitStatus.unreachable, text: `The database cannot be reached: ${reason}. ${advice}` };
  }
  // The stack of a failed statement names the statement; only its cause gives the reason.
  const cause = error.cause instanceof Error ? `\n${error.cause.message}` : '';
  return { status: ExitStatus.failure, text: `${error.stack ?? error.message}${cause}` };
}
