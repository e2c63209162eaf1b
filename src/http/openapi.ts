import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { bodyLimitOf } from '../operation/body-limit.ts';
import { JSON_TYPE, type Operation } from '../operation/operation.ts';
import { API_INTRODUCTION, API_TITLE, TAG_DESCRIPTIONS } from './api-introduction.ts';
import { takesIdempotencyKey } from './idempotency.ts';
import { type JsonSchema, NamedSchemas } from './json-schema.ts';
import {
  HEADER_PARAMETERS,
  headerParameter,
  PROBLEM,
  problemResponse,
  problemResponses,
  SECURITY_SCHEMES,
} from './openapi-components.ts';
import { takesIfMatch } from './precondition.ts';
import { REQUEST_EXAMPLES } from './request-examples.ts';
import { ANSWER_HEADERS, successHeaders } from './response-headers.ts';

/** The version in package.json. */
const VERSION = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))).version;

/** The logo of the registry, which `documentation.ts` serves. */
export const LOGO_PATH = '/logo.svg';

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
      title: API_TITLE,
      version: VERSION,
      description: API_INTRODUCTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      'x-logo': { url: LOGO_PATH, altText: API_TITLE },
    },
    servers: [{ url: '/', description: 'The registry that serves this document' }],
    tags: tagsOf(operations),
    paths,
    components: {
      schemas: { ...named.schemas, Problem: PROBLEM },
      parameters: HEADER_PARAMETERS,
      headers: ANSWER_HEADERS,
      responses: problemResponses(operations.flatMap(refusalsOf)),
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

/** @throws {Error} for a tag without a description. */
function tagsOf(operations: readonly Operation[]): JsonSchema[] {
  const used = new Set(operations.map(({ tag }) => tag));
  const unknown = [...used].filter((name) => !(name in TAG_DESCRIPTIONS));
  if (unknown.length > 0) throw new Error(`tags without a description: ${unknown.join(', ')}`);
  return Object.entries(TAG_DESCRIPTIONS).map(([name, description]) => ({ name, description }));
}

function describe(operation: Operation, named: NamedSchemas): JsonSchema {
  const { id, tag, summary, description, permission, body } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: permission === 'public' ? description : `${description}\n\nPermission: \`${permission}\`.`,
    parameters: [
      ...parametersOf('path', operation.params, named).map(withExample(operation)),
      ...parametersOf('query', operation.queryParams, named),
      ...(takesIdempotencyKey(operation) ? [headerParameter('IdempotencyKey')] : []),
      ...(takesIfMatch(operation) ? [headerParameter('IfMatch')] : []),
      ...(operation.changes || operation.bypassLimits ? [] : [headerParameter('Consistency')]),
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

/** Documents JSON only, also where forms are accepted: some generators cannot handle two media types for one body. */
function contentOf(operation: Operation, body: z.ZodType, named: NamedSchemas): JsonSchema {
  const schema = named.describe(body, 'input');
  const example = REQUEST_EXAMPLES[operation.id]?.body;
  if (example === undefined) throw new Error(`${operation.id} has no example of its body`);
  return { [JSON_TYPE]: { schema, example } };
}

const withExample =
  ({ id }: Operation) =>
  (parameter: JsonSchema & { name: string }): JsonSchema => {
    const example = REQUEST_EXAMPLES[id]?.path?.[parameter.name];
    return example === undefined ? parameter : { ...parameter, example };
  };

/** Uses the output schema, or the input schema if the output has no type. */
function parametersOf(
  place: 'path' | 'query',
  schema: z.ZodType | undefined,
  named: NamedSchemas,
): (JsonSchema & { name: string })[] {
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
    problemResponse(code, descriptionOf(operation, code)),
  ]);
  return {
    [status]: { description, headers: successHeaders(operation), content },
    ...Object.fromEntries(refusals),
  };
}

const KIB = 1_024;

/** What a status means for one operation, if it differs from what it means for the others. */
function descriptionOf(operation: Operation, code: number): string | undefined {
  if (code !== 413) return undefined;
  const kib = bodyLimitOf(operation).bytes / KIB;
  const length = kib < KIB ? `${kib} KiB` : `${kib / KIB} MiB`;
  return `The body is longer than ${length}.`;
}

/** The statuses implied by the declaration, plus `refusals`. */
function refusalsOf(operation: Operation): number[] {
  const { permission, params, method, answer, changes, bypassLimits, refusals = [] } = operation;
  const follow = [
    ...(permission === 'public' ? [] : [401, 403]),
    ...(params ? [404] : []),
    ...(method === 'GET' ? [] : [400, 413, 415]),
    ...(answer.streams ? [406] : []),
    ...(changes ? [409] : []),
    ...(bypassLimits ? [] : [503]),
    ...(takesIfMatch(operation) ? [400, 412] : []),
    ...(bypassLimits ? [] : [429]),
    // Headers are validated too, such as `registry-consistency`.
    422,
    500,
  ];
  return [...new Set([...follow, ...refusals])].sort((a, b) => a - b);
}
