import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from '../database/transaction.ts';
import type { MutationCall } from '../operation/operation.ts';
import { verifyPassword } from './password.ts';
import {
  AttemptsUnderWay,
  countAttempt,
  type LoginAttempt,
  settleFailure,
  tooManyAttempts,
} from './throttle.ts';

/** What a password is verified against, and how the attempt is counted. */
interface PasswordCheck {
  /** `undefined` for an unknown user. */
  readonly passwordHash: string | undefined;
  readonly attempt: LoginAttempt;
}

/**
 * Verifies a password as an attempt that counts as a failure until `clearAttempts` removes it.
 *
 * @param begin finds what to verify against, in the transaction that counts the attempt. It may run several times.
 * @throws {Problem} 429 after too many failures; what `begin` throws.
 */
export async function attemptPassword<Check extends PasswordCheck>(
  record: MutationCall['record'],
  password: string,
  begin: (tx: Transaction) => Promise<Check>,
): Promise<Check & { readonly isCorrect: boolean }> {
  const check = await inTurn(() =>
    record(async (tx) => {
      const found = await begin(tx);
      await countAttempt(tx, found.attempt);
      return found;
    }),
  );
  const isCorrect = await verifyPassword(password, check.passwordHash);
  if (!isCorrect) await record((tx) => settleFailure(tx, check.attempt));
  return { ...check, isCorrect };
}

const PAUSE_MS = { first: 20, most: 250 };
const LONGEST_WAIT_MS = 10_000;
/** Attempts of this process that wait at a time. Each polls the database. */
const MOST_WAITING = 100;
let waiting = 0;

/** Repeats `count` while the attempts under way may leave room for another one. */
async function inTurn<T>(count: () => Promise<T>): Promise<T> {
  const end = performance.now() + LONGEST_WAIT_MS;
  for (let pauseMs = PAUSE_MS.first; ; pauseMs = Math.min(2 * pauseMs, PAUSE_MS.most)) {
    try {
      return await count();
    } catch (error) {
      if (!(error instanceof AttemptsUnderWay)) throw error;
    }
    if (waiting >= MOST_WAITING || performance.now() > end) throw tooManyAttempts(1);
    waiting += 1;
    await sleep(pauseMs * (0.5 + Math.random())).finally(() => {
      waiting -= 1;
    });
  }
}
