import { createHmac } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Transaction } from '../database/transaction.ts';
import { problems } from '../operation/problem.ts';

/*
 * Throttling of password attempts, by user and network. Each attempt is counted as a failure before the password is
 * verified, so that concurrent attempts cannot exceed the limit; a success removes its count. A user who has logged
 * in from a network is not locked out there by failures from elsewhere. Counters are stored in Postgres, whose clock
 * all processes share, under keyed hashes of users, e-mails and addresses.
 */

/**
 * Failures allowed within a window: of an account from one network, of a network, and of an account from all
 * networks.
 */
const MAX_FAILURES = { pair: 10, network: 100, account: 50 } as const;
const WINDOW = sql`interval '15 minutes'`;
/** How long after a login failures from other networks do not block the user in that network. */
const TRUST_PERIOD = sql`interval '30 days'`;
const PURGE_BATCH_SIZE = 100;

type Kind = keyof typeof MAX_FAILURES;
type Tx = Pick<Transaction, 'execute'>;

export interface LoginAttempt {
  /** The user whose password is tried or, for an unknown e-mail, the e-mail as it was sent. */
  readonly of: { readonly userId: number } | { readonly email: string };
  /** The client's IPv4 address or IPv6 network. */
  readonly address: string;
  /** The secret that keys the hashes. */
  readonly key: string;
}

/** The form in which e-mails are looked up and counted, so that every spelling uses the same counter. */
export const normalizeEmail = (email: string) => email.trim().toLowerCase();

type SubjectHashes = Readonly<Record<Kind, Buffer>>;

function subjectHashes({ of, address, key }: LoginAttempt): SubjectHashes {
  // Ids are numbers and e-mails are strings, so their JSON cannot be equal.
  const account = 'userId' in of ? of.userId : normalizeEmail(of.email);
  const subject = (...parts: (string | number)[]) =>
    createHmac('sha256', key).update(JSON.stringify(parts)).digest();
  return {
    pair: subject('pair', address, account),
    network: subject('network', address),
    account: subject('account', account),
  };
}

interface Counter {
  readonly subject: Buffer;
  readonly failures: number;
  /** Seconds until the window ends. */
  readonly secondsLeft: number;
  readonly trusted: boolean;
}

/**
 * Counts an attempt as a failure.
 *
 * @throws {Problem} 429 if a limit is exceeded. The transaction is then rolled back, so the attempt is not counted.
 */
export async function countAttempt(tx: Tx, attempt: LoginAttempt): Promise<void> {
  const subjects = subjectHashes(attempt);
  enforceLimit('network', (await incrementCounters(tx, [subjects.network]))[0]);
  const rows = await incrementCounters(tx, [subjects.pair, subjects.account]);
  const of = (kind: Kind) => rows.find(({ subject }) => subject.equals(subjects[kind]));
  const pair = of('pair');
  enforceLimit('pair', pair);
  if (!pair?.trusted) enforceLimit('account', of('account'));
  await purgeExpired(tx);
}

function enforceLimit(kind: Kind, counter: Counter | undefined): void {
  if (counter === undefined || counter.failures <= MAX_FAILURES[kind]) return;
  throw problems.tooMany(
    'too-many-attempts',
    'Too many failed attempts: try again later.',
    counter.secondsLeft,
  );
}

/**
 * Increments counters. Rows are locked in one order, the network first, so that concurrent attempts cannot deadlock.
 */
function incrementCounters(tx: Tx, subjects: readonly Buffer[]): Promise<Counter[]> {
  const rows = [...subjects].sort(Buffer.compare).map((subject) => {
    return sql`(${subject}::bytea, 1, now() + ${WINDOW}, now() + ${WINDOW})`;
  });
  return tx.execute<Counter>(sql`
    INSERT INTO login_throttle AS t (subject, failures, window_ends_at, kept_until)
    VALUES ${sql.join(rows, sql`, `)}
    ON CONFLICT (subject) DO UPDATE SET
      failures = CASE WHEN t.window_ends_at <= now() THEN 1 ELSE t.failures + 1 END,
      window_ends_at = CASE WHEN t.window_ends_at <= now() THEN excluded.window_ends_at ELSE t.window_ends_at END,
      kept_until = greatest(t.kept_until, excluded.kept_until)
    RETURNING subject, failures, ceil(extract(epoch FROM window_ends_at - now()))::int AS "secondsLeft",
              coalesce(trusted_until > now(), false) AS trusted`);
}

/** Removes the count of a successful attempt: resets and trusts the pair, and decrements the other two counters. */
export async function clearAttempts(tx: Tx, attempt: LoginAttempt): Promise<void> {
  const { pair, network, account } = subjectHashes(attempt);
  const decrement = (subject: Buffer) => sql`
    UPDATE login_throttle SET failures = greatest(failures - 1, 0) WHERE subject = ${subject}`;
  const trust = sql`
    INSERT INTO login_throttle (subject, failures, window_ends_at, trusted_until, kept_until)
    VALUES (${pair}, 0, now() + ${WINDOW}, now() + ${TRUST_PERIOD}, now() + ${TRUST_PERIOD})
    ON CONFLICT (subject) DO UPDATE
      SET failures = 0, trusted_until = excluded.trusted_until, kept_until = excluded.kept_until`;
  await tx.execute(decrement(network));
  const inOrder =
    Buffer.compare(pair, account) < 0 ? [trust, decrement(account)] : [decrement(account), trust];
  for (const statement of inOrder) await tx.execute(statement);
}

/** Deletes a batch of expired counters. It runs last: it skips locked rows and locks rows for which others may wait. */
async function purgeExpired(tx: Tx): Promise<void> {
  await tx.execute(sql`
    DELETE FROM login_throttle WHERE subject IN (
      SELECT subject FROM login_throttle WHERE kept_until < now()
      ORDER BY kept_until LIMIT ${PURGE_BATCH_SIZE} FOR UPDATE SKIP LOCKED)`);
}
