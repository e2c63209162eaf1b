import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { inlineSharedResponses } from '../../harness/shared-responses.ts';

/** `/openapi.json` as a client reads it, limited to what the tests use. */

const schema = z.looseObject({});
const content = z.record(z.string(), z.object({ schema }));

const Parameter = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean(),
  schema,
});

const Described = z.object({
  operationId: z.string(),
  tags: z.array(z.string()),
  parameters: z.array(Parameter),
  requestBody: z.object({ content }).optional(),
  responses: z.record(
    z.string(),
    z.object({ content: content.optional(), headers: z.record(z.string(), schema) }),
  ),
  security: z.array(schema),
});

const Document = z.object({
  paths: z.record(z.string(), z.partialRecord(z.enum(['get', 'post', 'patch', 'put', 'delete']), Described)),
  components: z.object({ schemas: z.record(z.string(), schema) }),
});

export type Schema = Readonly<Record<string, unknown>>;

export interface Operation extends z.output<typeof Described> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** With `{id}` for a parameter. */
  readonly path: string;
}

export interface ApiDocument {
  readonly operations: readonly Operation[];
  /** The named schemas, under `#/components/schemas`. */
  readonly schemas: Readonly<Record<string, Schema>>;
}

const METHODS = { get: 'GET', post: 'POST', patch: 'PATCH', put: 'PUT', delete: 'DELETE' } as const;

export async function readDocument(app: FastifyInstance): Promise<ApiDocument> {
  const answer = await app.inject({ method: 'GET', url: '/openapi.json' });
  return apiDocument(answer.json());
}

export function apiDocument(json: unknown): ApiDocument {
  const { paths, components } = Document.parse(inlineSharedResponses(json));
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([name, described]) => {
      const method = Object.entries(METHODS).find(([each]) => each === name)?.[1];
      return method && described ? [{ ...described, method, path }] : [];
    }),
  );
  return { operations, schemas: components.schemas };
}
