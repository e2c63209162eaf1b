import type { FastifyInstance } from 'fastify';

/** What a client has left, once the application closes, to end what it sends or takes. The rest of a stop needs time, too. */
const LAST_REQUEST_MS = 5_000;

/**
 * Once the application closes, a connection ends with the answer that is under way on it. A client that keeps its
 * connections open for the next request, as most do, would else hold up the stop until its patience ends. So would one that sends half a request, or takes no more of
 * its answer: it is cut off.
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
  // An answer that had begun by then has told its client otherwise.
  app.addHook('onResponse', async ({ raw }) => {
    if (closing) raw.socket.destroySoon();
  });
}
