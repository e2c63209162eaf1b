import type { FastifyInstance } from 'fastify';

/** Public pages beside the operations: the landing page, the documentation, and metrics, which have their own token. */
const OPEN_PAGES = [
  /^\/metrics$/,
  /^\/$/,
  /^\/docs(\/.*)?$/,
  /^\/redoc(\/.*)?$/,
  /^\/openapi\.json$/,
  /^\/logo\.svg$/,
  /^\*$/,
];

/** Rejects, at startup, a route that is neither an operation (which declares a permission) nor a public page. */
export function requireDeclaredRoutes(app: FastifyInstance): void {
  app.addHook('onRoute', ({ method, url, config }) => {
    const isOpen = config?.namesMethods || OPEN_PAGES.some((page) => page.test(url));
    if (config?.operation === undefined && !isOpen)
      throw new Error(`${method} ${url} has no permission rule`);
  });
}
