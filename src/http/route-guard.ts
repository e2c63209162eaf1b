import type { FastifyInstance } from 'fastify';

/** Paths beside the operations: pages that lead to the API and describe it, open to all, and metrics, with a guard of their own. */
const OPEN_PAGES = [
  /^\/metrics$/,
  /^\/$/,
  /^\/docs(\/.*)?$/,
  /^\/redoc(\/.*)?$/,
  /^\/openapi\.json$/,
  /^\*$/,
];

/** A route that is neither an operation (which has a permission) nor an open page does not start. */
export function requireDeclaredRoutes(app: FastifyInstance): void {
  app.addHook('onRoute', ({ method, url, config }) => {
    const open = OPEN_PAGES.some((page) => page.test(url));
    if (config?.operation === undefined && !open) throw new Error(`${method} ${url} has no permission rule`);
  });
}
