import pg from 'pg';

/** Messages of `pg` about a connection that is lost or a server that does not answer. These errors have no code. */
const LOST =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired$|Query read timeout$)/;
const SOCKET = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/;

/** Whether a statement failed because its connection was lost, not because of the statement. Drizzle wraps the errors of `pg`. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return SOCKET.test(codeOf(error)) || LOST.test(error.message) || isConnectionLost(error.cause);
}

const POOL_TIMEOUT = 'timeout exceeded when trying to connect';

/** Whether a pool gave up waiting, for a new connection from the server or for a free one of its own. */
export function isPoolTimeout(error: unknown): boolean {
  return error instanceof Error && (error.message === POOL_TIMEOUT || isPoolTimeout(error.cause));
}

/** No connection of a pool became free in time: the server is well, and the process is overloaded. */
export class PoolExhausted extends Error {
  constructor(cause: unknown) {
    super('no connection became free in time', { cause });
  }
}

/**
 * SQLSTATEs of a refused connection: authentication, unknown database, too many connections, starting up or shutting
 * down.
 */
const REFUSED = /^(08|28|3D000|53300|57P0[1-3])/;
const TLS = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;
const NO_TLS = 'The server does not support SSL connections';

/** Why a server could not be connected to, in one line; `undefined` for any other error. */
export function connectionFailure(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof pg.DatabaseError) return REFUSED.test(codeOf(error)) ? error.message : undefined;
  // A socket in the file system that does not exist is ENOENT.
  const isSocketMissing = codeOf(error) === 'ENOENT' && 'syscall' in error && error.syscall === 'connect';
  const failed = SOCKET.test(codeOf(error)) || LOST.test(error.message) || error.message === NO_TLS;
  if (failed || isSocketMissing || TLS.test(codeOf(error))) return reasonOf(error);
  return connectionFailure(error.cause);
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}

/** A host name with several addresses gives an error without a message, which contains one error for each address. */
function reasonOf(error: Error): string {
  const errors = error instanceof AggregateError ? error.errors : [error];
  return errors.map((each: unknown) => (each instanceof Error ? each.message : String(each))).join(', ');
}
