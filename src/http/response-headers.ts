import { z } from 'zod';
import type { Operation } from '../operation/operation.ts';
import { takesIdempotencyKey } from './idempotency.ts';
import type { JsonSchema } from './json-schema.ts';

/*
 * The headers that the API itself gives, for the OpenAPI document. An answer has those of its status that have something to
 * say. What transport, helmet and CORS add is theirs.
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
  'cache-control': text('Nothing that the API answers is for a cache.', 'no-store'),
  'x-request-id': text('Names the request in logs and journal.', '8d8ac610-566d-4ef0-9c22-186b2a5ed793'),
  'ratelimit-limit': number('Requests that you may make in a window. Absent where nothing is limited.'),
  'ratelimit-remaining': number('How many of them are left.'),
  'ratelimit-reset': number('Seconds until the next window.'),
  'retry-after': number('Seconds to wait before you try again.'),
  'www-authenticate': text('How to show who you are.', 'Bearer'),
  etag: text(
    'The version of the entity, in quotes: send it as `If-Match` to change what you have seen.',
    '"3"',
  ),
  'registry-next-cursor': text('The `cursor` of the next page. The last page has none.'),
  'registry-consistency': text(
    'Of what was written. Sent with a later request, its answer shows that, whichever instance it asks.',
    '0/16B3748',
  ),
  'registry-replica': {
    schema: { type: 'string', enum: ['lagging'] },
    description: 'What was written is safe, but a standby did not show it in time.',
  },
  'idempotency-replayed': {
    schema: { type: 'string', enum: ['true'] },
    description: 'This is the first answer to the request with this `Idempotency-Key` once more.',
  },
} as const satisfies Readonly<Record<string, { schema: JsonSchema; description: string }>>;

type Name = keyof typeof ANSWER_HEADERS;

const ALWAYS: readonly Name[] = ['cache-control', 'x-request-id'];
const LIMITED: readonly Name[] = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'];
const WRITTEN: readonly Name[] = ['registry-consistency', 'registry-replica'];
/** What has a status of its own to tell. */
const OF_STATUS: Readonly<Partial<Record<number, readonly Name[]>>> = {
  401: ['www-authenticate'],
  409: ['retry-after'],
  412: ['etag'],
  429: ['retry-after'],
  503: ['retry-after'],
};

const referringTo = (names: readonly Name[]): JsonSchema =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

/** Of the one success of an operation. */
export function successHeaders(operation: Operation): JsonSchema {
  const { bypassLimits: essential, changes, versioned, method } = operation;
  return referringTo([
    ...ALWAYS,
    ...(essential ? [] : LIMITED),
    ...(changes ? WRITTEN : []),
    ...(takesIdempotencyKey(operation) ? (['idempotency-replayed'] as const) : []),
    ...(isPaged(operation) ? (['registry-next-cursor'] as const) : []),
    ...(versioned && method !== 'DELETE' ? (['etag'] as const) : []),
  ]);
}

/** Of a problem of that status, whatever the operation: a refusal may have been recorded, and may be repeated. */
export function problemHeaders(status: number): JsonSchema {
  const own = OF_STATUS[status] ?? [];
  const recorded: readonly Name[] = status < 500 ? [...WRITTEN, 'idempotency-replayed'] : WRITTEN;
  return referringTo([...ALWAYS, ...LIMITED, ...recorded, ...own]);
}

/** Lists answer an array, and lead to the next page in a header; other pages carry the cursor in their body. */
function isPaged({ queryParams, body, answer }: Operation): boolean {
  const takesCursor = [queryParams, body].some(
    (each) => each instanceof z.ZodObject && 'cursor' in each.shape,
  );
  return takesCursor && answer.schema instanceof z.ZodArray;
}
