import type { FastifyInstance } from 'fastify';

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Granular Certificate Registry</title>
<style>
  body { font: 1.05rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 12vh auto; padding: 0 1.5rem; color: #16302b; }
  h1 { font-size: 1.7rem; } a { color: #0b6e4f; } li { margin: .4rem 0; }
</style>
</head>
<body>
<h1>Granular Certificate Registry</h1>
<p>Registry for granular energy certificates.</p>
<ul>
  <li><a href="/docs">Try the API</a> in Swagger UI: log in with <em>Authorize</em></li>
  <li><a href="/redoc">Read the API</a> in Redoc</li>
  <li><a href="/openapi.json">The OpenAPI document</a>, for Postman and generators</li>
  <li><a href="/health/ready">Readiness</a></li>
</ul>
</body>
</html>
`;

/** The page at `/`, until there is a web app: it links to the documentation. */
export function serveLandingPage(app: FastifyInstance): void {
  app.get('/', (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .send(PAGE),
  );
}
