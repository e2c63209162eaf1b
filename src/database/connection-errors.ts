/** What `pg` says of a server, or a connection to it, that is gone or does not answer; it gives these errors no code. */
const SAID =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired$|Query read timeout$)/;
const SOCKET = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/;

/** Whether a statement failed because its connection did, and not for anything it said. Drizzle wraps what `pg` throws. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return SOCKET.test(code) || SAID.test(error.message) || isConnectionLost(error.cause);
}

const WAITED_IN_VAIN = 'timeout exceeded when trying to connect';

/** Whether a pool says that nothing came in time: a new connection of the server, or a free one of its own. */
export function isPoolTimeout(error: unknown): boolean {
  return error instanceof Error && (error.message === WAITED_IN_VAIN || isPoolTimeout(error.cause));
}
