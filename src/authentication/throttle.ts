import { createHmac } from 'node:crypto';
import { type SQL, sql } from 'drizzle-orm';
import { array } from '../database/connection.ts';
import type { Transaction } from '../database/transaction.ts';
import { clientSiteOf, NETWORKS_OF_A_SITE } from '../operation/client-address.ts';
import { problems } from '../operation/problem.ts';

/*
 * Throttling of password attempts, by user and network. Each attempt is counted as a failure before the password is
 * verified, so that concurrent attempts cannot exceed the limit; a success removes its count. If only attempts under
 * way stand in the way of another one, that one waits for them: they may be correct. A user who has logged in from a
 * network is not locked out there by failures from elsewhere, or of others in that network. Counters are stored in
 * Postgres, whose clock all processes share, under keyed hashes of users, e-mails and addresses.
 * The counters of a user have its id, so that they can be erased with the user.
 */

const NETWORK_FAILURES = 100;

/**
 * Failures allowed within a window: of an account from one network, of a network, of an IPv6 site, and of an account
 * from all networks.
 */
const MAX_FAILURES = {
  site: NETWORKS_OF_A_SITE * NETWORK_FAILURES,
  network: NETWORK_FAILURES,
  account: 50,
  pair: 10,
} as const;
const WINDOW = sql`interval '15 minutes'`;
/** How long after a login failures elsewhere, or of others, do not block the user in that network. */
const TRUST_PERIOD = sql`interval '30 days'`;
/** An attempt that takes longer has ended with its process, and counts as a failure. */
const UNDER_WAY = sql`interval '10 seconds'`;
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

/** A counter of an attempt: what it counts, and its key. */
interface Subject {
  readonly kind: Kind;
  readonly hash: Buffer;
  /** The user whom it is about; `null` for a network, or an e-mail address that no user has. */
  readonly userId: number | null;
}

/**
 * The counters of an attempt, in the order in which their rows are locked, so that concurrent attempts cannot deadlock:
 * from the largest number of attempts that share one to the smallest, then by key.
 */
function subjectsOf({ of, address, key }: LoginAttempt): readonly Subject[] {
  // Ids are numbers and e-mails are strings, so their JSON cannot be equal.
  const account = 'userId' in of ? of.userId : normalizeEmail(of.email);
  const user = 'userId' in of ? of.userId : null;
  const subject = (kind: Kind, userId: number | null, ...parts: (string | number)[]): Subject => ({
    kind,
    userId,
    hash: createHmac('sha256', key)
      .update(JSON.stringify([kind, ...parts]))
      .digest(),
  });
  const site = clientSiteOf(address);
  const own = [subject('pair', user, address, account), subject('account', user, account)];
  return [
    ...(site === undefined ? [] : [subject('site', null, site)]),
    subject('network', null, address),
    ...own.sort((a, b) => Buffer.compare(a.hash, b.hash)),
  ];
}

interface Counter {
  readonly subject: Buffer;
  /** Those under way included. */
  readonly failures: number;
  readonly underWay: number;
  /** Seconds until the window ends. */
  readonly secondsLeft: number;
  readonly trusted: boolean;
}

/** A limit is reached with attempts whose result is not known yet. */
export class AttemptsUnderWay extends Error {}

export const tooManyAttempts = (secondsLeft: number) =>
  problems.tooMany('too-many-attempts', 'Too many failed attempts: try again later.', secondsLeft);

/**
 * Counts an attempt as a failure, and as under way.
 *
 * @throws {Problem} 429 if a limit is exceeded. The transaction is then rolled back, so the attempt is not counted.
 * @throws {AttemptsUnderWay} if the attempts under way may turn out not to be failures.
 */
export async function countAttempt(tx: Tx, attempt: LoginAttempt): Promise<void> {
  const subjects = subjectsOf(attempt);
  const counters = await incrementCounters(tx, subjects);
  const counted = subjects.flatMap(({ kind, hash }) => {
    const counter = counters.find(({ subject }) => subject.equals(hash));
    return counter ? [{ kind, ...counter }] : [];
  });
  const isTrusted = counted.some(({ trusted }) => trusted);
  const exceeded = counted.filter(
    ({ kind, failures }) => failures > MAX_FAILURES[kind] && (kind === 'pair' || !isTrusted),
  );
  for (const { kind, failures, underWay, secondsLeft } of exceeded) {
    if (failures - underWay >= MAX_FAILURES[kind]) throw tooManyAttempts(secondsLeft);
  }
  if (exceeded.length > 0) throw new AttemptsUnderWay();
  await purgeExpired(tx);
}

function incrementCounters(tx: Tx, subjects: readonly Subject[]): Promise<Counter[]> {
  const rows = subjects.map(
    ({ hash, userId }) =>
      sql`(${hash}::bytea, 1, 1, now() + ${UNDER_WAY}, now() + ${WINDOW}, now() + ${WINDOW}, ${userId}::bigint)`,
  );
  const stillUnderWay = sql`CASE WHEN t.under_way_until > now() THEN t.under_way ELSE 0 END`;
  return tx.execute<Counter>(sql`
    INSERT INTO login_throttle AS t (subject, failures, under_way, under_way_until, window_ends_at, kept_until, user_id)
    VALUES ${sql.join(rows, sql`, `)}
    ON CONFLICT (subject) DO UPDATE SET
      failures = CASE WHEN t.window_ends_at <= now() THEN ${stillUnderWay} ELSE t.failures END + 1,
      under_way = ${stillUnderWay} + 1,
      under_way_until = excluded.under_way_until,
      window_ends_at = CASE WHEN t.window_ends_at <= now() THEN excluded.window_ends_at ELSE t.window_ends_at END,
      kept_until = greatest(t.kept_until, excluded.kept_until),
      user_id = excluded.user_id
    RETURNING subject, failures, under_way AS "underWay",
              ceil(extract(epoch FROM window_ends_at - now()))::int AS "secondsLeft",
              coalesce(trusted_until > now(), false) AS trusted`);
}

/** Records that an attempt has failed: it is no longer under way. */
export async function settleFailure(tx: Tx, attempt: LoginAttempt): Promise<void> {
  await endAttempt(tx, subjectsOf(attempt), sql`t.failures`);
}

/** Removes the count of a successful attempt, and resets and trusts its pair. */
export async function clearAttempts(tx: Tx, attempt: LoginAttempt): Promise<void> {
  const subjects = subjectsOf(attempt);
  await endAttempt(tx, subjects, sql`greatest(t.failures - 1, 0)`);
  const pair = subjects.find(({ kind }) => kind === 'pair');
  await tx.execute(sql`
    INSERT INTO login_throttle AS t (subject, failures, window_ends_at, trusted_until, kept_until, user_id)
    VALUES (${pair?.hash}, 0, now() + ${WINDOW}, now() + ${TRUST_PERIOD}, now() + ${TRUST_PERIOD}, ${pair?.userId})
    ON CONFLICT (subject) DO UPDATE
      SET failures = t.under_way, trusted_until = excluded.trusted_until, kept_until = excluded.kept_until`);
}

/** Ends an attempt that was under way, and sets the failures of its counters. */
async function endAttempt(tx: Tx, subjects: readonly Subject[], failures: SQL): Promise<void> {
  const hashes = sql`${array(subjects.map(({ hash }) => hash))}::bytea[]`;
  await tx.execute(sql`
    WITH locked AS (
      SELECT subject FROM login_throttle WHERE subject = ANY (${hashes})
      ORDER BY array_position(${hashes}, subject) FOR UPDATE)
    UPDATE login_throttle t SET failures = ${failures}, under_way = greatest(t.under_way - 1, 0)
    FROM locked WHERE t.subject = locked.subject`);
}

/** Deletes a batch of expired counters. It runs last: it skips locked rows and locks rows for which others may wait. */
async function purgeExpired(tx: Tx): Promise<void> {
  await tx.execute(sql`
    DELETE FROM login_throttle WHERE subject IN (
      SELECT subject FROM login_throttle WHERE kept_until < now()
      ORDER BY kept_until LIMIT ${PURGE_BATCH_SIZE} FOR UPDATE SKIP LOCKED)`);
}
