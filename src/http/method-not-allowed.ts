import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { Problem } from '../operation/problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A route that only answers the methods that its path does not have. */
    namesMethods?: true;
    /** Read by @fastify/cors, which does not declare it: no CORS for this route. */
    cors?: false;
  }
}

/**
 * Answers the other methods of known paths (RFC 9110, 15.5.6 and 9.3.7): OPTIONS with 204, all others with a 405 problem, both
 * with `Allow`. Call it before the first route, and call the returned function after the last route.
 */
export function trackMethods(app: FastifyInstance): () => void {
  const methodsOf = new Map<string, Set<HTTPMethods>>();
  app.addHook('onRoute', (route) => {
    // The route of @fastify/cors for preflight requests to any path: `OPTIONS` of an unknown path is a 404 here.
    if (route.url === '*') route.config = { ...route.config, cors: false };
    else for (const method of [route.method].flat()) methodsOf.set(route.url, withMethod(route.url, method));
  });
  function withMethod(url: string, method: string): Set<HTTPMethods> {
    return new Set([...(methodsOf.get(url) ?? []), method as HTTPMethods]);
  }
  return () => {
    for (const [url, methods] of [...methodsOf]) {
      const others = app.supportedMethods.filter((method) => !methods.has(method as HTTPMethods));
      const allow = [...methods, 'OPTIONS'].join(', ');
      app.route({
        method: others as HTTPMethods[],
        url,
        config: { namesMethods: true },
        // Before the body is read.
        onRequest: (request, reply) => nameMethods(request, reply, allow),
        handler: () => undefined,
      });
    }
  };
}

async function nameMethods(
  { method }: FastifyRequest,
  reply: FastifyReply,
  allow: string,
): Promise<FastifyReply> {
  if (method === 'OPTIONS') return reply.code(204).header('allow', allow).send();
  throw new Problem(
    405,
    'method-not-allowed',
    `This path does not accept ${method}. Accepted methods: ${allow}.`,
    {
      headers: { allow },
    },
  );
}
