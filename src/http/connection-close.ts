import type { FastifyInstance } from 'fastify';

/** Time limit for open connections during shutdown. Part of the total, so that the remaining steps have time. */
const LAST_REQUEST_MS = 5_000;

/**
 * During shutdown, closes each connection after its current response. Idle and stalled connections are closed too, so
 * that they do not delay shutdown.
 */
export function endConnectionsAtClose(app: FastifyInstance): void {
  let closing = false;
  let cutOff: NodeJS.Timeout | undefined;
  app.addHook('preClose', async () => {
    closing = true;
    cutOff = setTimeout(() => app.server.closeAllConnections(), LAST_REQUEST_MS);
  });
  app.addHook('onClose', async () => clearTimeout(cutOff));
  app.addHook('onSend', async (_, reply, payload) => {
    if (closing) reply.header('connection', 'close');
    return payload;
  });
  // A response that had already begun was sent without `connection: close`.
  app.addHook('onResponse', async ({ raw }) => {
    if (closing) raw.socket.destroySoon();
  });
}
