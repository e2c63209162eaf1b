import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type BodyLimit, bodyLimitOf, bodyLimits } from '../operation/body-limit.ts';
import { JSON_TYPE } from '../operation/operation.ts';
import { problems } from '../operation/problem.ts';
import { scanJson } from './json-scan.ts';
import { hasDuplicateNames } from './strict-json.ts';

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
    const names = scanJson(bytes, limitOf(request));
    // Decoding replaces invalid bytes, and would change the body silently.
    if (!isUtf8(bytes)) return done(problems.malformed('The body is not valid UTF-8.'));
    parseJson(request, bytes.toString(), (error, value) => {
      if (error === null && hasDuplicateNames(value, names))
        return done(problems.malformed('The body has a name twice in an object.'));
      done(error, value);
    });
  });
}

/** The limit of the request's operation; the smallest one where there is none. */
function limitOf({ routeOptions: { config } }: FastifyRequest): BodyLimit {
  return config.operation ? bodyLimitOf(config.operation) : bodyLimits.small;
}
