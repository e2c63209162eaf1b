import type { FastifyInstance } from 'fastify';
import type { ForwardedFor } from '../operation/operation.ts';

/**
 * Notices `X-Forwarded-For` of a peer that is not in `TRUSTED_PROXIES`, and logs a warning the first time. The header is ignored,
 * so that all clients behind that peer have its address: they share one rate limit and one limit of failed logins.
 */
export function watchForwardedFor(app: FastifyInstance): ForwardedFor {
  let ignored = false;
  app.addHook('onRequest', async ({ headers, ips, socket }) => {
    // `ips` begins with the peer; it has more if the peer is trusted.
    if (ignored || headers['x-forwarded-for'] === undefined || (ips?.length ?? 1) > 1) return;
    ignored = true;
    app.log.warn(
      { peer: socket.remoteAddress },
      'ignored X-Forwarded-For of a peer that is not in TRUSTED_PROXIES. If it is your proxy, add it: its clients share one address',
    );
  });
  return { ignored: () => ignored };
}
