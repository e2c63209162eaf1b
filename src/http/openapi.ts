import { readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { JSON_TYPE, type Operation } from '../operation/operation.ts';
import { takesIdempotencyKey } from './idempotency.ts';
import { type JsonSchema, NamedSchemas } from './json-schema.ts';
import { CONSISTENCY } from './mutation.ts';
import { takesIfMatch } from './precondition.ts';
import { ANSWER_HEADERS, problemHeaders, successHeaders } from './response-headers.ts';

/** The release's, which `package.json` has. */
const VERSION = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))).version;

const PROBLEM = {
  type: 'object',
  description: 'RFC 9457. An error means that nothing was changed.',
  required: ['type', 'title', 'status', 'detail', 'instance'],
  properties: {
    type: { type: 'string', examples: ['urn:gc-registry:problem:not-enough'] },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string', examples: ['urn:uuid:8d8ac610-566d-4ef0-9c22-186b2a5ed793'] },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', maxLength: 255 },
  description:
    'A text of your own, such as a UUID. Repeated within 24 hours, the request gets its first answer again and changes nothing.',
};

const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  required: false,
  schema: { type: 'string' },
  description:
    'The `ETag` that you have seen, several of them, or `*`. If the entity has changed since, the answer is 412, and nothing is changed.',
};

const CONSISTENCY_TOKEN = {
  name: CONSISTENCY,
  in: 'header',
  required: false,
  schema: { type: 'string' },
  description:
    'The token that came with the answer to a write: what is read is never older than that write, whichever instance is asked.',
};

const titleOf = (code: number) => (STATUS_CODES[code] ?? 'Error').replaceAll(' ', '');

/** The answer of every operation that refuses with that status. */
function problemAnswers(codes: Iterable<number>): JsonSchema {
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  const answers = [...new Set(codes)]
    .sort((a, b) => a - b)
    .map((code) => {
      const description = STATUS_CODES[code] ?? 'Error';
      return [titleOf(code), { description, headers: problemHeaders(code), content }];
    });
  return Object.fromEntries(answers);
}

/** The OpenAPI 3.1 document of a list of operations. */
export function openApiDocument(operations: readonly Operation[]): JsonSchema {
  const named = new NamedSchemas();
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const operation of operations) {
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation, named) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Granular Certificate Registry',
      version: VERSION,
      description:
        'Issues, transfers, cancels and claims granular certificates: 1 Wh each, by device and hour, as the EnergyTag GC Scheme Standard describes them.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { ...named.schemas, Problem: PROBLEM },
      headers: ANSWER_HEADERS,
      responses: problemAnswers(operations.flatMap(refusalsOf)),
      securitySchemes: {
        password: {
          type: 'oauth2',
          description: 'Log in here: client id and secret stay empty.',
          flows: { password: { tokenUrl: '/auth/login', refreshUrl: '/auth/refresh', scopes: {} } },
        },
        token: { type: 'http', scheme: 'bearer', description: 'An access token, or an API key.' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
  };
}

function describe(operation: Operation, named: NamedSchemas): JsonSchema {
  const { id, tag, summary, description, permission, body } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: permission === 'public' ? description : `${description}\n\nPermission: \`${permission}\`.`,
    parameters: [
      ...parametersOf('path', operation.params, named),
      ...parametersOf('query', operation.queryParams, named),
      ...(takesIdempotencyKey(operation) ? [IDEMPOTENCY_KEY] : []),
      ...(takesIfMatch(operation) ? [IF_MATCH] : []),
      ...(operation.changes || operation.bypassLimits ? [] : [CONSISTENCY_TOKEN]),
    ],
    ...(body ? { requestBody: { required: true, content: contentOf(operation, body, named) } } : {}),
    responses: responsesOf(operation, named),
    security: securityOf(operation),
  };
}

function securityOf({ permission, loginOnly }: Operation): JsonSchema[] {
  if (permission === 'public') return [];
  return [{ password: [] }, { token: [] }, ...(loginOnly ? [] : [{ apiKey: [] }])];
}

function contentOf(operation: Operation, body: z.ZodType, named: NamedSchemas): JsonSchema {
  const schema = named.describe(body, 'input');
  return Object.fromEntries((operation.accepts ?? [JSON_TYPE]).map((type) => [type, { schema }]));
}

/** A parameter is described as what it means (`output`); as the text that carries it where that says no type. */
function parametersOf(
  place: 'path' | 'query',
  schema: z.ZodType | undefined,
  named: NamedSchemas,
): JsonSchema[] {
  if (schema === undefined) return [];
  const { properties } = named.describe(schema, 'output');
  const texts = new Map(Object.entries(named.describe(schema, 'input').properties ?? {}));
  const required = new Set(requiredInputs(schema));
  return Object.entries(properties ?? {}).map(([name, described]) => ({
    name,
    in: place,
    required: required.has(name),
    schema: TYPE_WORDS.some((word) => word in described) ? described : texts.get(name),
    ...(described.description ? { description: described.description } : {}),
  }));
}

const TYPE_WORDS = ['type', 'enum', 'anyOf'];

function requiredInputs(schema: z.ZodType): string[] {
  const parsed = schema.safeParse({});
  return parsed.success ? [] : parsed.error.issues.map((issue) => String(issue.path[0]));
}

function responsesOf(operation: Operation, named: NamedSchemas): JsonSchema {
  const { status, description, schema, streams = [] } = operation.answer;
  const streamed = streams.map((type) => [type, { schema: { type: 'string' } }]);
  const content = {
    [JSON_TYPE]: { schema: named.describe(schema, 'input') },
    ...Object.fromEntries(streamed),
  };
  const refusals = refusalsOf(operation).map((code) => [
    code,
    { $ref: `#/components/responses/${titleOf(code)}` },
  ]);
  return {
    [status]: { description, headers: successHeaders(operation), content },
    ...Object.fromEntries(refusals),
  };
}

/** The problems that follow from what an operation is, with those it names itself. */
function refusalsOf(operation: Operation): number[] {
  const { permission, params, method, answer, changes, bypassLimits: essential, refusals = [] } = operation;
  const follow = [
    ...(permission === 'public' ? [] : [401, 403]),
    ...(params ? [404] : []),
    ...(method === 'GET' ? [] : [400, 413, 415]),
    ...(answer.streams ? [406] : []),
    ...(changes ? [409] : []),
    ...(essential ? [] : [503]),
    ...(takesIfMatch(operation) ? [400, 412] : []),
    ...(essential ? [] : [429]),
    // Of a header, too, such as `registry-consistency`.
    422,
    500,
  ];
  return [...new Set([...follow, ...refusals])].sort((a, b) => a - b);
}
