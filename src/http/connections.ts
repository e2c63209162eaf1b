import type { FastifyInstance } from 'fastify';

/**
 * Once the application closes, a connection ends with the answer that is under way on it. A client that keeps its
 * connections open for the next request, as most do, would else hold up the stop until its patience ends.
 */
export function endConnectionsAtClose(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onSend', async (_, reply, payload) => {
    if (closing) reply.header('connection', 'close');
    return payload;
  });
  // An answer that had begun by then has told its client otherwise.
  app.addHook('onResponse', async ({ raw }) => {
    if (closing) raw.socket.destroySoon();
  });
}
