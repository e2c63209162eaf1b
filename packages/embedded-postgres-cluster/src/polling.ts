import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 25;

/**
 * Polls a condition until it holds. The timers keep the process alive, which the handles of a cluster do not.
 *
 * @returns whether the condition held within `limitMs`.
 */
export async function waitUntil(limitMs: number, holds: () => Promise<boolean> | boolean): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    if (await holds()) return true;
    if (performance.now() >= deadline) return false;
    await sleep(POLL_MS);
  }
}

/** Whether `promise` resolves within `limitMs`. @throws what it rejects with. */
export async function settlesWithin(limitMs: number, promise: Promise<unknown>): Promise<boolean> {
  const timeout = new AbortController();
  try {
    return await Promise.race([promise.then(() => true), sleep(limitMs, false, { signal: timeout.signal })]);
  } finally {
    timeout.abort();
  }
}
