import { sql } from 'drizzle-orm';
import type { Services } from '../operation/operation.ts';

const MINUTE_MS = 60_000;
/** Bounds the memory for the times at which keys were last recorded. */
const MAX_TRACKED_KEYS = 10_000;

interface UsedKey {
  readonly id: number;
  readonly userId: number;
  readonly lastUsedAt: Date | null;
}

/**
 * Returns a function that records the use of an API key in `last_used_at`, at most once a minute for each process and
 * key. It runs in the background: requests do not wait for it, and a failed write is only logged.
 */
export function createUsageRecorder({ database }: Pick<Services, 'database'>) {
  const recordedAt = new Map<number, number>();

  return ({ id: keyId, userId, lastUsedAt }: UsedKey, now: Date, log: Services['log']): void => {
    const latest = Math.max(lastUsedAt?.getTime() ?? 0, recordedAt.get(keyId) ?? 0);
    if (Math.abs(now.getTime() - latest) < MINUTE_MS) return;
    if (recordedAt.size >= MAX_TRACKED_KEYS) recordedAt.clear();
    recordedAt.set(keyId, now.getTime());
    database
      .transact({ userId: null, requestId: null }, (tx) =>
        tx.execute(sql`
          UPDATE api_key_secret SET last_used_at = ${now.toISOString()}::timestamptz WHERE api_key_id = ${keyId}`),
      )
      .catch((error: unknown) =>
        log.warn({ err: error, actor: userId, key_id: keyId }, 'could not record the use of an API key'),
      );
  };
}
