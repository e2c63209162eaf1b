import { createHmac } from 'node:crypto';
import canonicalize from 'canonicalize';
import { type SQL, sql } from 'drizzle-orm';
import type { FastifyRequest } from 'fastify';
import { array } from '../database/connection.ts';
import type { WalPosition } from '../database/position.ts';
import type { Actor, Transaction } from '../database/transaction.ts';
import type { Operation, Services } from '../operation/operation.ts';
import { Problem, type ProblemDetails, problems } from '../operation/problem.ts';

/*
 * A repeated request returns the stored answer (rules ACT-12 and API-18). The answer of a success, and of a refusal that is
 * recorded, is stored in the transaction that it describes. So a crash leaves both or neither, and no two attempts can commit.
 */

const HEADER = 'idempotency-key';
const KEPT = sql`interval '24 hours'`;
/** An attempt without an answer after this time can be taken over: its process is gone, or its commit will be refused. */
const ATTEMPT_TIMEOUT = sql`interval '1 minute'`;
const PURGED_AT_ONCE = 100;

type Answer =
  | { readonly value: unknown }
  | {
      readonly problem: {
        readonly status: number;
        readonly code: string;
        readonly detail: string;
        readonly details: ProblemDetails;
      };
    };

/** A request with a key that has no answer yet. */
export interface Attempt {
  /** Stores the answer in the transaction that it describes. */
  keep(tx: Transaction, value: unknown): Promise<void>;
  /** Stores a refusal in the transaction that records it. */
  keepRefusal(tx: Transaction, refusal: Problem): Promise<void>;
  /** Marks the refusal as stored, after that transaction has committed. */
  markKept(): void;
  /** Stores an answer that no transaction has stored, such as that of a dry run. */
  finish(value: unknown): Promise<void>;
  /** Whether a refusal is to be stored after the failure: it lasts, and is not stored yet. */
  storesLater(problem: Problem): boolean;
  /** After a failure: stores a refusal as the answer, or frees the key. */
  fail(refusal: Problem | undefined): Promise<void>;
}

/** Returns the key of the request if its operation accepts one: a POST that writes, by a known user. */
export function idempotencyKeyOf(request: FastifyRequest, operation: Operation): string | undefined {
  const key = request.headers[HEADER];
  if (key === undefined || !takesIdempotencyKey(operation)) return undefined;
  if (typeof key === 'string' && IDEMPOTENCY_KEY.test(key)) return key;
  throw problems.invalid([
    { path: `header.${HEADER}`, message: 'must be 1 to 255 visible ASCII characters without blanks' },
  ]);
}

/** The form of a key: visible ASCII characters without blanks. */
export const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

export function takesIdempotencyKey({ method, changes, permission }: Operation): boolean {
  return method === 'POST' && changes && permission !== 'public';
}

/** The stored answer. A standby that has replayed `position` shows the write that it describes. */
interface Replayed {
  readonly replayed: { readonly value: unknown } | { readonly refusal: Problem };
  readonly position: WalPosition;
}

/**
 * Starts an attempt, or returns the stored answer.
 *
 * @throws {Problem} 409 while the first request is under way, 422 for another request with this key.
 */
export async function beginAttempt(
  { database, config }: Services,
  actor: Actor & { readonly userId: number },
  key: string,
  request: FastifyRequest,
): Promise<Attempt | Replayed> {
  const attempt = crypto.randomUUID();
  const previous = config.JWT_SECRET_KEY_PREVIOUS;
  const hash = hashOf(request, config.JWT_SECRET_KEY);
  const hashes = [hash, ...(previous ? [hashOf(request, previous)] : [])] as const;
  const { value: known, position } = await database.transact(actor, async (tx) => {
    if (await claim(tx, { userId: actor.userId, key, hashes, attempt })) return undefined;
    return recall(tx, actor.userId, key);
  });
  if (known !== undefined) return { replayed: replay(known, hashes), position };
  const own = sql`user_id = ${actor.userId} AND key = ${key} AND attempt = ${attempt}`;
  let kept = false;
  let refused = false;
  return {
    async keep(tx, value) {
      await save(tx, own, { value });
      kept = true;
    },
    keepRefusal: (tx, refusal) => save(tx, own, { problem: partsOf(refusal) }),
    markKept() {
      refused = true;
    },
    async finish(value) {
      if (!kept) await database.transact(actor, (tx) => save(tx, own, { value }));
    },
    storesLater: (problem) => !refused && isLasting(problem),
    async fail(refusal) {
      if (refused) return;
      await database.transact(actor, async (tx) => {
        if (refusal) await save(tx, own, { problem: partsOf(refusal) });
        else await tx.execute(sql`DELETE FROM idempotency_key WHERE ${own} AND answer IS NULL`);
      });
    },
  };
}

/** Retryable refusals are not stored. */
const isLasting = ({ status }: Problem) => status < 500 && status !== 429;

/** Hash of the request and of its API key, keyed because a body may contain a password. */
function hashOf({ method, url, headers, body, authority }: FastifyRequest, secret: string): string {
  const keyId = authority?.caller.apiKey?.id ?? null;
  return createHmac('sha256', secret)
    .update(canonicalText([method, url, headers['if-match'] ?? null, body ?? null, keyId]))
    .digest('hex');
}

function canonicalText(value: unknown): string {
  try {
    return canonicalize(value) ?? '';
  } catch {
    throw problems.malformed('The body has a number out of range, or a text with an unpaired surrogate.');
  }
}

interface Claim {
  readonly userId: number;
  readonly key: string;
  /** Hashes of the request with the current and the previous secret. */
  readonly hashes: readonly [string, ...string[]];
  readonly attempt: string;
}

async function claim(tx: Transaction, { userId, key, hashes, attempt }: Claim): Promise<boolean> {
  await tx.execute(sql`
    DELETE FROM idempotency_key WHERE (user_id, key) IN (
      SELECT user_id, key FROM idempotency_key WHERE started_at < now() - ${KEPT}
      ORDER BY started_at LIMIT ${PURGED_AT_ONCE} FOR UPDATE SKIP LOCKED)`);
  const claimed = await tx.execute(sql`
    INSERT INTO idempotency_key AS k (user_id, key, request_hash, attempt) VALUES (${userId}, ${key}, ${hashes[0]}, ${attempt})
    ON CONFLICT (user_id, key) DO UPDATE
      SET request_hash = excluded.request_hash, attempt = excluded.attempt, started_at = now(), answer = NULL
      WHERE k.started_at < now() - ${KEPT}
         OR k.answer IS NULL AND k.started_at < now() - ${ATTEMPT_TIMEOUT} AND k.request_hash = ANY (${array(hashes)}::text[])
    RETURNING attempt`);
  return claimed.length > 0;
}

interface Known {
  readonly hash: string;
  readonly answer: Answer | null;
}

async function recall(tx: Transaction, userId: number, key: string): Promise<Known> {
  const [known] = await tx.execute<Known>(sql`
    SELECT request_hash AS hash, answer FROM idempotency_key WHERE user_id = ${userId} AND key = ${key}`);
  // The other attempt failed and freed the key between the two statements.
  if (known === undefined) throw stillRunning();
  return known;
}

function replay({ hash, answer }: Known, asked: readonly string[]): Replayed['replayed'] {
  if (!asked.includes(hash)) {
    throw new Problem(422, 'idempotency-key-reused', 'This Idempotency-Key was used for another request.', {
      errors: [{ path: `header.${HEADER}`, message: 'was used for another request' }],
    });
  }
  if (answer === null) throw stillRunning();
  if ('value' in answer) return answer;
  const { status, code, detail, details } = answer.problem;
  return { refusal: new Problem(status, code, detail, details) };
}

const stillRunning = () =>
  new Problem(409, 'request-under-way', 'A request with this Idempotency-Key is under way.', {
    headers: { 'retry-after': '1' },
  });

const partsOf = ({ status, code, message, details }: Problem) => ({
  status,
  code,
  detail: message,
  details,
});

/** @throws {Problem} 409 if another attempt took over the key: the work of this one is rolled back. */
async function save(tx: Transaction, own: SQL, answer: Answer): Promise<void> {
  const saved = await tx.execute(sql`
    UPDATE idempotency_key SET answer = ${JSON.stringify(answer)}::jsonb WHERE ${own} AND answer IS NULL RETURNING attempt`);
  if (saved.length === 0) throw stillRunning();
}
