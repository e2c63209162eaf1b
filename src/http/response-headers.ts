import { z } from 'zod';
import type { Operation } from '../operation/operation.ts';
import { takesIdempotencyKey } from './idempotency.ts';
import type { JsonSchema } from './json-schema.ts';

/*
 * The response headers of the API, for the OpenAPI document. Headers of helmet and CORS are not included.
 */

const text = (description: string, ...examples: string[]) => ({
  schema: { type: 'string', ...(examples.length > 0 ? { examples } : {}) },
  description,
});
const number = (description: string) => ({
  schema: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
  description,
});

export const ANSWER_HEADERS = {
  'cache-control': text('Responses must not be cached.', 'no-store'),
  'x-request-id': text(
    'Identifies the request in the log and in the journal.',
    '8d8ac610-566d-4ef0-9c22-186b2a5ed793',
  ),
  'ratelimit-limit': number('Requests permitted per window. Absent if requests are not limited.'),
  'ratelimit-remaining': number('Requests left in the current window.'),
  'ratelimit-reset': number('Seconds until the next window begins.'),
  'retry-after': number('Seconds to wait before the request is repeated.'),
  'www-authenticate': text('The authentication scheme.', 'Bearer'),
  etag: text(
    'The version of the entity, in quotes. Send it as `If-Match` to change only this version.',
    '"3"',
  ),
  'registry-next-cursor': text('The `cursor` of the next page. Absent on the last page.'),
  'registry-next-after': text('The `after` of the next page. Absent on the last page.', '9999'),
  'registry-consistency': text(
    'A token for this write. Send it with a later request, and the response reflects the write.',
    '0/16B3748',
  ),
  'registry-replica': {
    schema: { type: 'string', enum: ['lagging'] },
    description: 'The write is committed, but a standby has not replayed it in time.',
  },
  'idempotency-replayed': {
    schema: { type: 'string', enum: ['true'] },
    description: 'The response is the stored one of the first request with this `Idempotency-Key`.',
  },
} as const satisfies Readonly<Record<string, { schema: JsonSchema; description: string }>>;

type Name = keyof typeof ANSWER_HEADERS;

const ALWAYS: readonly Name[] = ['cache-control', 'x-request-id'];
const LIMITED: readonly Name[] = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'];
const WRITTEN: readonly Name[] = ['registry-consistency', 'registry-replica'];
/** Headers of specific statuses. */
const OF_STATUS: Readonly<Partial<Record<number, readonly Name[]>>> = {
  401: ['www-authenticate'],
  409: ['retry-after'],
  412: ['etag'],
  429: ['retry-after'],
  503: ['retry-after'],
};

const referringTo = (names: readonly Name[]): JsonSchema =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

/** Headers of the success response. */
export function successHeaders(operation: Operation): JsonSchema {
  const { bypassLimits, changes, versioned, method } = operation;
  return referringTo([
    ...ALWAYS,
    ...(bypassLimits ? [] : LIMITED),
    ...(changes ? WRITTEN : []),
    ...(takesIdempotencyKey(operation) ? (['idempotency-replayed'] as const) : []),
    ...(isPagedBy('cursor', operation) ? (['registry-next-cursor'] as const) : []),
    ...(isPagedBy('after', operation) ? (['registry-next-after'] as const) : []),
    ...(versioned && method !== 'DELETE' ? (['etag'] as const) : []),
  ]);
}

/** Headers of an error response. A refusal may be recorded and replayed, so it can have those of a write. */
export function problemHeaders(status: number): JsonSchema {
  const own = OF_STATUS[status] ?? [];
  const recorded: readonly Name[] = status < 500 ? [...WRITTEN, 'idempotency-replayed'] : WRITTEN;
  return referringTo([...ALWAYS, ...LIMITED, ...recorded, ...own]);
}

/** A list has the parameter that leads to its next page in a header, unless its body has the cursor. */
function isPagedBy(parameter: 'cursor' | 'after', { queryParams, body, answer }: Operation): boolean {
  const takesIt = [queryParams, body].some((each) => each instanceof z.ZodObject && parameter in each.shape);
  const isInBody = answer.schema instanceof z.ZodObject && 'next_cursor' in answer.schema.shape;
  return takesIt && !isInBody;
}
