import { expect, test } from 'vitest';
import { createStreamLimit } from '../../../src/http/stream-limit.ts';
import type { Authority } from '../../../src/operation/caller.ts';
import type { UserId } from '../../../src/rules/units.ts';

const user = (id: number): Authority => ({
  caller: { userId: id as UserId, role: 'AUDIT_USER', accountIds: new Set() },
  scope: 'own',
});

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Streams whose reads last until they are ended, with the users in the order in which their reads began. */
function streamsOf(poolSize: number) {
  const limit = createStreamLimit({
    MAX_STREAMS: 200,
    MAX_STREAMS_PER_USER: 20,
    DATABASE_POOL_SIZE: poolSize,
  });
  const began: number[] = [];
  const ends: (() => void)[] = [];
  return {
    began,
    read(userId: number, gone = new AbortController().signal) {
      const work = () => {
        began.push(userId);
        return new Promise<void>((end) => ends.push(end));
      };
      return limit.read(user(userId), work, gone);
    },
    async end() {
      await settled();
      ends.shift()?.();
      await settled();
    },
  };
}

test('a read of one user waits for one read of another who has 20 streams', async () => {
  const { began, read, end } = streamsOf(4);
  const reads = [...Array(20).fill(1), 2].map((userId) => read(userId));
  await end();
  await end();
  expect(began).toEqual([1, 1, 2]);
  for (let ended = 2; ended < 21; ended++) await end();
  await Promise.all(reads);
});

test('one user never holds all places of streams', async () => {
  const { began, read, end } = streamsOf(8);
  const reads = [1, 1, 1, 2].map((userId) => read(userId));
  await settled();
  expect(began).toEqual([1, 2]);
  for (let ended = 0; ended < 4; ended++) await end();
  await Promise.all(reads);
});

test('streams that are opened and ended leave no reads behind', async () => {
  const { began, read, end } = streamsOf(4);
  const first = read(1);
  for (let opened = 0; opened < 100; opened++) {
    const client = new AbortController();
    const left = read(1, client.signal);
    client.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
  }
  const last = read(1);
  await end();
  expect(began).toEqual([1, 1]);
  await end();
  await Promise.all([first, last]);
});
