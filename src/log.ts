import type { FastifyBaseLogger } from 'fastify';
import pino, { type DestinationStream } from 'pino';
import type { Config } from './config.ts';

/** Fields that are redacted at the top level of a log line and one level below. */
const SECRETS = [
  'authorization',
  'cookie',
  'x-api-key',
  'password',
  'current_password',
  'new_password',
  'token',
  'access_token',
  'refresh_token',
  'api_key',
];

const bracketed = (name: string) => `["${name}"]`;
const REDACTED = SECRETS.map(bracketed).flatMap((name) => [name, `*${name}`, `req.headers${name}`]);

/** Creates the logger: one JSON object per line on standard output, or readable text on a developer's terminal. */
export function makeLog(
  config: Pick<Config, 'LOG_LEVEL' | 'NODE_ENV'>,
  destination?: DestinationStream,
): FastifyBaseLogger {
  const readable = config.NODE_ENV === 'development' && process.stdout.isTTY && destination === undefined;
  const options = {
    level: config.LOG_LEVEL,
    redact: REDACTED,
    serializers: { err: serializeError },
    ...(readable ? { transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname' } } } : {}),
  };
  return destination ? pino(options, destination) : pino(options);
}

interface SerializedError {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
  readonly code?: unknown;
  readonly constraint?: unknown;
  readonly cause?: SerializedError;
}

/**
 * Serializes an error for the log. Database errors contain values of statements and rows (`params`, `detail`, and the
 * end of Drizzle's message), which may be secrets. Therefore only the fields listed here are copied.
 */
function serializeError(error: unknown): unknown {
  return error instanceof Error ? serializeErrorFields(error) : error;
}

function serializeErrorFields(error: Error): SerializedError {
  const message = 'query' in error && 'params' in error ? `Failed query: ${error.query}` : error.message;
  const { name, stack = '', cause } = error;
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  return {
    type: name,
    message,
    stack: [`${name}: ${message}`, ...frames].join('\n'),
    ...('code' in error ? { code: error.code } : {}),
    ...('constraint' in error ? { constraint: error.constraint } : {}),
    ...(cause instanceof Error ? { cause: serializeErrorFields(cause) } : {}),
  };
}
