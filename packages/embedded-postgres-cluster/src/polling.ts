import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 25;

/**
 * Asks again and again until the answer is `true`.
 *
 * The timers also keep the process alive meanwhile: the handles of a cluster on their own do not.
 *
 * @returns whether the answer came within `limitMs`.
 */
export async function waitUntil(limitMs: number, holds: () => Promise<boolean> | boolean): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    if (await holds()) return true;
    if (performance.now() >= deadline) return false;
    await sleep(POLL_MS);
  }
}

/** Whether `promise` settles well within `limitMs`. */
export async function settlesWithin(limitMs: number, promise: Promise<unknown>): Promise<boolean> {
  const timeout = new AbortController();
  try {
    return await Promise.race([promise.then(() => true), sleep(limitMs, false, { signal: timeout.signal })]);
  } finally {
    timeout.abort();
  }
}
