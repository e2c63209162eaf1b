import type { FastifyInstance } from 'fastify';
import { JSON_TYPE } from '../operation/operation.ts';

/**
 * Reads JSON bodies. A body without a content type is JSON too: the HTTP clients of Python send what
 * `json.dumps` gave without one. An empty body is no body, whatever type it claims.
 */
export function acceptUntypedJson(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    const hasBody =
      Number(request.headers['content-length'] ?? 0) > 0 || 'transfer-encoding' in request.headers;
    if (hasBody && request.headers['content-type'] === undefined) request.headers['content-type'] = JSON_TYPE;
  });
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(JSON_TYPE);
  app.addContentTypeParser(JSON_TYPE, { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else parseJson(request, String(body), done);
  });
}
