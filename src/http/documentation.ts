import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Operation } from '../operation/operation.ts';
import { API_TITLE } from './api-introduction.ts';
import { ICON, LIGHT_LOGO, LOGO } from './logo.ts';
import { LOGO_PATH, openApiDocument } from './openapi.ts';
import { SWAGGER_SCRIPT, SWAGGER_STYLES } from './swagger-theme.ts';

const REDOC = 'redoc.standalone.js';

/** The folder of Redoc's script: a build has a copy beside this file and does not need the package. */
function folderOfRedoc(): string {
  const built = fileURLToPath(new URL(REDOC, import.meta.url));
  if (existsSync(built)) return dirname(built);
  return join(dirname(createRequire(import.meta.url).resolve('redoc/package.json')), 'bundles');
}

/** A wide middle column, so that descriptions take few lines: an operation stays short. */
const REDOC_THEME = JSON.stringify({
  rightPanel: { width: '33%' },
  spacing: { unit: 3, sectionVertical: 8 },
  typography: { fontSize: '13px', lineHeight: '1.2em' },
});

const REDOC_PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${API_TITLE} API</title><link rel="icon" type="image/svg+xml" href="/docs/static/theme/icon.svg">
<style>body { margin: 0; } redoc td { padding-top: 0 !important; padding-bottom: 0 !important; }</style></head>
<body><redoc spec-url="/openapi.json" theme='${REDOC_THEME}'></redoc><script src="/redoc/${REDOC}"></script></body>
</html>
`;

/** Swagger UI's default policy would load external styles and call an external validator. */
const UI_POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'self'";

const REDOC_POLICY =
  "default-src 'self'; script-src 'self'; worker-src blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:";

/** The document as text: each is serialized once, and all requests share the buffer. */
function serializedDocuments(app: FastifyInstance, document: object) {
  const json = Buffer.from(JSON.stringify(document));
  let yaml: Buffer | undefined;
  return {
    json: (reply: FastifyReply) => reply.type('application/json; charset=utf-8').send(json),
    yaml(reply: FastifyReply) {
      yaml ??= Buffer.from(app.swagger({ yaml: true }));
      return reply.type('application/x-yaml').send(yaml);
    },
  };
}

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
  const serialized = serializedDocuments(app, document);
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    // Swagger UI's own handlers would serialize the document for each request.
    uiHooks: {
      async onRequest({ routeOptions: { url } }, reply) {
        if (url === '/docs/json') return serialized.json(reply);
        if (url === '/docs/yaml') return serialized.yaml(reply);
      },
    },
    staticCSP: UI_POLICY,
    theme: {
      title: `${API_TITLE} API`,
      favicon: [{ filename: 'icon.svg', rel: 'icon', type: 'image/svg+xml', sizes: 'any', content: ICON }],
      css: [{ filename: 'theme.css', content: SWAGGER_STYLES }],
      js: [{ filename: 'theme.js', content: SWAGGER_SCRIPT }],
    },
    logo: { type: 'image/svg+xml', content: LIGHT_LOGO, href: '/', target: '_self' },
    uiConfig: {
      persistAuthorization: true,
      displayRequestDuration: true,
      docExpansion: 'none',
      filter: true,
      tryItOutEnabled: true,
      defaultModelsExpandDepth: 0,
    },
  });
  app.get('/openapi.json', (_request, reply) => serialized.json(reply));
  app.get(LOGO_PATH, (_request, reply) => reply.type('image/svg+xml').send(LOGO));
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
