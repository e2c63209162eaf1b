import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Operation } from '../operation/operation.ts';
import { Problem, problems } from '../operation/problem.ts';

/*
 * Optimistic locking (RFC 9110, 13.1.1). The strong tag of an entity is its version in quotes. Every change
 * increments the version. A change with a stale tag fails with 412.
 */

const HEADER = 'if-match';
/** RFC 9110, 8.8.3. */
const TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g;
/** A list may have empty members (5.6.1). */
const TAGS = new RegExp(`^[ \\t,]*${TAG.source}(?:[ \\t]*,(?:[ \\t]*${TAG.source})?)*[ \\t]*$`);
/** Pattern of the header `If-Match`. */
export const IF_MATCH = new RegExp(`^[ \\t]*\\*[ \\t]*$|${TAGS.source}`);

const tagOf = (version: number) => `"${version}"`;

/** @throws {Problem} 412 if the entity has another version than the tag. */
export type VersionCheck = (version: number) => void;

/** Whether an operation changes one entity that has a version. */
export function takesIfMatch({ versioned, changes, params }: Operation): boolean {
  return versioned === true && changes && params !== undefined;
}

/**
 * Returns the check of the request's `If-Match` against the version of the locked entity.
 *
 * @throws {Problem} 400 for a header that is neither `*` nor a list of entity tags.
 */
export function versionCheckOf({ headers }: FastifyRequest, operation: Operation): VersionCheck {
  const header = headers[HEADER];
  if (header === undefined || !takesIfMatch(operation)) return () => undefined;
  const tags = header.trim() === '*' ? undefined : strongTags(header);
  return (version) => {
    if (tags === undefined || tags.includes(tagOf(version))) return;
    throw new Problem(412, 'version-differs', 'The entity has changed since you read it: read it again.', {
      headers: { etag: tagOf(version) },
    });
  };
}

/** A weak tag is valid but never matches (strong comparison). */
function strongTags(header: string): string[] {
  if (!TAGS.test(header)) {
    throw problems.malformed('If-Match must be * or a list of entity tags, such as "3".');
  }
  return [...header.matchAll(TAG)].map(([tag]) => tag).filter((tag) => !tag.startsWith('W/'));
}

/** Sets `ETag` to the version of the returned entity, if it has one. */
export function nameVersion(reply: FastifyReply, { versioned }: Operation, value: unknown): void {
  if (versioned !== true || typeof value !== 'object' || value === null) return;
  if ('version' in value && typeof value.version === 'number') reply.header('etag', tagOf(value.version));
}
