import { sql } from 'drizzle-orm';
import type { Services } from '../operation/operation.ts';

const MINUTE_MS = 60_000;
/** Keys in use at once whose last note a process remembers. */
const MAX_TRACKED_KEYS = 10_000;

interface UsedKey {
  readonly id: number;
  readonly userId: number;
  readonly lastUsedAt: Date | null;
}

/**
 * Notes that an API key was used: at most once a minute and process, beside the request, which never waits for it. A note that
 * is lost costs nothing but a minute.
 */
export function createUsageRecorder({ database }: Pick<Services, 'database'>) {
  const noted = new Map<number, number>();

  return ({ id: keyId, userId, lastUsedAt }: UsedKey, now: Date, log: Services['log']): void => {
    const latest = Math.max(lastUsedAt?.getTime() ?? 0, noted.get(keyId) ?? 0);
    if (Math.abs(now.getTime() - latest) < MINUTE_MS) return;
    if (noted.size >= MAX_TRACKED_KEYS) noted.clear();
    noted.set(keyId, now.getTime());
    database
      .transact({ userId: null, requestId: null }, (tx) =>
        tx.execute(sql`
          UPDATE api_key_secret SET last_used_at = ${now.toISOString()}::timestamptz WHERE api_key_id = ${keyId}`),
      )
      .catch((error: unknown) =>
        log.warn({ err: error, actor: userId, key_id: keyId }, 'the use of an API key was not noted'),
      );
  };
}
