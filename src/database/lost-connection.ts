/** What `pg` says of a server, or a connection to it, that is gone or does not answer; it gives these errors no code. */
const SAID =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired$|Query read timeout$)/;
const SOCKET = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/;

/** Whether a statement failed because its connection did, and not for anything it said. Drizzle wraps what `pg` throws. */
export function isLostConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return SOCKET.test(code) || SAID.test(error.message) || isLostConnection(error.cause);
}
