import { createHmac } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Transaction } from '../database/transaction.ts';
import { problems } from '../operation/problem.ts';

/*
 * Guessing passwords is slow, and cannot be used to keep somebody out. Every attempt counts as a failure before the
 * password is looked at, so that many at once are no way around, and one that succeeds is taken back. Counters live in
 * Postgres, whose clock all processes share; they know no users, e-mails and addresses, only keyed hashes of them.
 */

/** Failures within a window: of an account from one network, of a network, and of an account from all networks. */
const MAX_FAILURES = { pair: 10, network: 100, account: 50 } as const;
const WINDOW = sql`interval '15 minutes'`;
/** For so long, failures elsewhere do not keep a user out of where it has logged in. */
const TRUST_PERIOD = sql`interval '30 days'`;
const PURGE_BATCH_SIZE = 100;

type Kind = keyof typeof MAX_FAILURES;
type Tx = Pick<Transaction, 'execute'>;

export interface LoginAttempt {
  /** Whose password is guessed: a user's, whatever its e-mail is now, or nobody's, by the e-mail as it was typed. */
  readonly of: { readonly userId: number } | { readonly email: string };
  /** Where it comes from: an address, or the network of one. */
  readonly address: string;
  /** A secret of the registry. */
  readonly key: string;
}

/** The form of an e-mail in which it is looked up and counted: two forms would be two counters of one account. */
export const normalizeEmail = (email: string) => email.trim().toLowerCase();

type SubjectHashes = Readonly<Record<Kind, Buffer>>;

function subjectHashes({ of, address, key }: LoginAttempt): SubjectHashes {
  // A number and a text: no e-mail is mistaken for an id.
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
  readonly left: number;
  readonly trusted: boolean;
}

/**
 * Counts an attempt as a failure.
 *
 * @throws {Problem} 429 when there were too many; then the transaction, and the count with it, is rolled back.
 */
export async function countAttempt(tx: Tx, guess: LoginAttempt): Promise<void> {
  const subjects = subjectHashes(guess);
  enforceLimit('network', (await incrementCounters(tx, [subjects.network]))[0]);
  const rows = await incrementCounters(tx, [subjects.pair, subjects.account]);
  const of = (kind: Kind) => rows.find(({ subject }) => subject.equals(subjects[kind]));
  const pair = of('pair');
  enforceLimit('pair', pair);
  if (!pair?.trusted) enforceLimit('account', of('account'));
  await purgeExpired(tx);
}

function enforceLimit(kind: Kind, counted: Counter | undefined): void {
  if (counted === undefined || counted.failures <= MAX_FAILURES[kind]) return;
  throw problems.tooMany('too-many-attempts', 'Too many attempts to log in. Try again later.', counted.left);
}

/** Always the network first, then the others in one order: attempts at once wait for one another, and never in a circle. */
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
    RETURNING subject, failures, ceil(extract(epoch FROM window_ends_at - now()))::int AS left,
              coalesce(trusted_until > now(), false) AS trusted`);
}

/** Takes an attempt back that succeeded: the pair starts anew and is trusted, the others lose this one count. */
export async function clearAttempts(tx: Tx, guess: LoginAttempt): Promise<void> {
  const { pair, network, account } = subjectHashes(guess);
  const discount = (subject: Buffer) => sql`
    UPDATE login_throttle SET failures = greatest(failures - 1, 0) WHERE subject = ${subject}`;
  const trust = sql`
    INSERT INTO login_throttle (subject, failures, window_ends_at, trusted_until, kept_until)
    VALUES (${pair}, 0, now() + ${WINDOW}, now() + ${TRUST_PERIOD}, now() + ${TRUST_PERIOD})
    ON CONFLICT (subject) DO UPDATE
      SET failures = 0, trusted_until = excluded.trusted_until, kept_until = excluded.kept_until`;
  await tx.execute(discount(network));
  const inOrder = Buffer.compare(pair, account) < 0 ? [trust, discount(account)] : [discount(account), trust];
  for (const statement of inOrder) await tx.execute(statement);
}

/** Comes last, for it holds rows that others may wait for, and waits for none. */
async function purgeExpired(tx: Tx): Promise<void> {
  await tx.execute(sql`
    DELETE FROM login_throttle WHERE subject IN (
      SELECT subject FROM login_throttle WHERE kept_until < now()
      ORDER BY kept_until LIMIT ${PURGE_BATCH_SIZE} FOR UPDATE SKIP LOCKED)`);
}
