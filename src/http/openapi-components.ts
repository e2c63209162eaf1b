import { STATUS_CODES } from 'node:http';
import { POSITION } from '../database/position.ts';
import { CONSISTENCY } from './consistency.ts';
import { IDEMPOTENCY_KEY } from './idempotency.ts';
import type { JsonSchema } from './json-schema.ts';
import { IF_MATCH } from './precondition.ts';
import { problemHeaders } from './response-headers.ts';

/* The parts of the OpenAPI document that operations share and refer to. */

/** The schema of every error. */
export const PROBLEM = {
  type: 'object',
  description: 'A problem document (RFC 9457). An error means that nothing was changed.',
  required: ['type', 'title', 'status', 'detail', 'instance'],
  properties: {
    type: {
      type: 'string',
      description: 'Identifies the kind of problem. The last part is a stable code.',
      examples: ['urn:gc-registry:problem:not-found'],
    },
    title: { type: 'string', description: 'The name of the status.', examples: ['Not Found'] },
    status: { type: 'integer', minimum: 400, maximum: 599, examples: [404] },
    detail: {
      type: 'string',
      description: 'Explains the problem.',
      examples: ['There is no bundle 999.'],
    },
    instance: {
      type: 'string',
      description: 'Identifies the request, as `x-request-id` does.',
      examples: ['urn:uuid:8d8ac610-566d-4ef0-9c22-186b2a5ed793'],
    },
    errors: {
      type: 'array',
      description: 'The invalid fields, if there are any.',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: {
          path: { type: 'string', examples: ['body.limit'] },
          message: { type: 'string', examples: ['Too big: expected number to be <=10000'] },
        },
      },
    },
  },
};

/** The request headers of the API, by the name of their component. */
export const HEADER_PARAMETERS = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: IDEMPOTENCY_KEY.source },
    description:
      'A unique text of your choice, such as a UUID. If the request is repeated within 24 hours, the stored response is returned and nothing is changed.',
  },
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    required: false,
    schema: { type: 'string', pattern: IF_MATCH.source },
    description:
      'One or more entity tags from `ETag`, or `*`. If the entity has changed since, the response is 412 and nothing is changed.',
  },
  Consistency: {
    name: CONSISTENCY,
    in: 'header',
    required: false,
    schema: { type: 'string', pattern: POSITION.source },
    description:
      'The token from the response to a write. The response reflects that write, whichever instance serves it.',
  },
} as const;

export const headerParameter = (name: keyof typeof HEADER_PARAMETERS) => ({
  $ref: `#/components/parameters/${name}`,
});

/** The errors of the API, described once for all operations. */
const PROBLEM_DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'The request is malformed.',
  401: 'The credentials are missing, invalid or expired.',
  403: 'The caller does not have the required permission.',
  404: 'The resource does not exist, or is not visible to the caller.',
  406: 'None of the accepted media types is available.',
  409: 'The request conflicts with the current state.',
  412: 'The entity has changed since the version in `If-Match`.',
  413: 'The request body is too large.',
  415: 'The media type of the request body is not supported.',
  422: 'A field is invalid, or a rule is violated.',
  429: 'Too many requests. Repeat the request after `retry-after` seconds.',
  500: 'An unexpected error occurred.',
  503: 'The registry is overloaded or unavailable. Repeat the request after `retry-after` seconds.',
};

const componentOf = (code: number) => (STATUS_CODES[code] ?? 'Error').replaceAll(' ', '');

/** A reference, with a description in place of the one of the component, if one is given. */
export const problemResponse = (code: number, description?: string) => ({
  $ref: `#/components/responses/${componentOf(code)}`,
  ...(description ? { description } : {}),
});

/** The responses for these statuses, to which operations refer. */
export function problemResponses(codes: Iterable<number>): JsonSchema {
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  const responses = [...new Set(codes)]
    .sort((a, b) => a - b)
    .map((code) => {
      const description = PROBLEM_DESCRIPTIONS[code];
      if (description === undefined) throw new Error(`status ${code} has no description`);
      return [componentOf(code), { description, headers: problemHeaders(code), content }];
    });
  return Object.fromEntries(responses);
}

/** How a caller authenticates. Log-in comes first: Swagger UI's *Authorize* lists the schemes in this order. */
export const SECURITY_SCHEMES = {
  password: {
    type: 'oauth2',
    description: 'Log in with an e-mail address and a password.',
    flows: { password: { tokenUrl: '/auth/login', refreshUrl: '/auth/refresh', scopes: {} } },
  },
  token: {
    type: 'http',
    scheme: 'bearer',
    description: 'Alternatively, an access token or an API key, sent as `Authorization: Bearer`.',
  },
  apiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'X-API-Key',
    description: 'Alternatively, an API key, sent as `X-API-Key`.',
  },
} as const;
