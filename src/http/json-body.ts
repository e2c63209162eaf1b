import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { JSON_TYPE } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';
import { strictJsonFault } from './strict-json.ts';

/**
 * Reads JSON bodies. A body without a content type is JSON too: the HTTP clients of Python send the
 * output of `json.dumps` without one. An empty body counts as absent.
 */
export function acceptUntypedJson(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    const hasBody =
      Number(request.headers['content-length'] ?? 0) > 0 || 'transfer-encoding' in request.headers;
    if (hasBody && request.headers['content-type'] === undefined) request.headers['content-type'] = JSON_TYPE;
  });
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(JSON_TYPE);
  app.addContentTypeParser<Buffer>(JSON_TYPE, { parseAs: 'buffer' }, (request, bytes, done) => {
    if (bytes.length === 0) return done(null, undefined);
    // Decoding replaces invalid bytes, and would change the body silently.
    if (!isUtf8(bytes)) return done(problems.malformed('The body is not valid UTF-8.'));
    const text = bytes.toString();
    parseJson(request, text, (error, value) => {
      const defect = error === null ? strictJsonFault(text, value) : undefined;
      done(defect === undefined ? error : problems.malformed(defect), value);
    });
  });
}
