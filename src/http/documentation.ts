import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import type { Operation } from '../operation/operation.ts';
import { openApiDocument } from './openapi.ts';

const REDOC = 'redoc.standalone.js';

/** A build has Redoc's script beside this file, and needs its package no more, nor all that a web page is made with. */
function folderOfRedoc(): string {
  const built = fileURLToPath(new URL(REDOC, import.meta.url));
  if (existsSync(built)) return dirname(built);
  return join(dirname(createRequire(import.meta.url).resolve('redoc/package.json')), 'bundles');
}

const REDOC_PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Granular Certificate Registry: API</title></head>
<body style="margin:0"><redoc spec-url="/openapi.json"></redoc><script src="/redoc/${REDOC}"></script></body>
</html>
`;

/** Swagger UI's own policy would let it load styles and fonts from anywhere, and ask a validator on the web. */
const UI_POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'self'";

const REDOC_POLICY =
  "default-src 'self'; script-src 'self'; worker-src blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:";

/** `/docs` (Swagger UI, to try the API), `/redoc` (to read it) and `/openapi.json`. */
export async function serveDocumentation(
  app: FastifyInstance,
  operations: readonly Operation[],
): Promise<void> {
  const document = openApiDocument(operations);
  await app.register(swagger, {
    mode: 'static',
    specification: { document: JSON.parse(JSON.stringify(document)) },
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: UI_POLICY,
    uiConfig: {
      persistAuthorization: true,
      displayRequestDuration: true,
      docExpansion: 'none',
      filter: true,
    },
  });
  app.get('/openapi.json', () => document);
  app.get('/redoc', (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', REDOC_POLICY).send(REDOC_PAGE),
  );
  await app.register(fastifyStatic, {
    root: folderOfRedoc(),
    prefix: '/redoc/',
    allowedPath: (path) => path === `/${REDOC}`,
    decorateReply: false,
    index: false,
  });
}
