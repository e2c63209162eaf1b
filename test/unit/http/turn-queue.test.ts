import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { type QueueBounds, turnQueue } from '../../../src/http/turn-queue.ts';

const bounds: QueueBounds = {
  running: 2,
  runningPerKey: 2,
  waiting: Number.POSITIVE_INFINITY,
  waitingPerKey: Number.POSITIVE_INFINITY,
};

const present = () => new AbortController().signal;
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A queue whose work runs until it is ended, with the order in which its work began. */
function queueOf(changed: Partial<QueueBounds> = {}) {
  const queue = turnQueue<string>({ ...bounds, ...changed });
  const began: string[] = [];
  const ends: (() => void)[] = [];
  return {
    began,
    /** Work is named by its key and a number, such as `a1`. */
    add(name: string, signal = present()): Promise<string> {
      const [key = ''] = name;
      const work = async () => {
        began.push(name);
        await new Promise<void>((end) => ends.push(end));
        return name;
      };
      return queue.run(key, work, signal);
    },
    /** Ends the work that has run longest. */
    async end() {
      await settled();
      ends.shift()?.();
      await settled();
    },
  };
}

async function endAll({ began, end }: ReturnType<typeof queueOf>, pieces: number): Promise<string[]> {
  for (let ended = 0; ended < pieces; ended++) await end();
  return began;
}

test('keys take turns, in the order in which they came', async () => {
  const queue = queueOf({ running: 1 });
  const all = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map((name) => queue.add(name));
  expect(await endAll(queue, 6)).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
  expect(await Promise.all(all)).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'c1']);
});

test('one piece of another key waits for one turn, however much work waits', async () => {
  const queue = queueOf({ running: 1 });
  const many = Array.from({ length: 1_000 }, (_, n) => queue.add(`a${n}`));
  const one = queue.add('b1');
  expect((await endAll(queue, 2)).slice(0, 3)).toEqual(['a0', 'a1', 'b1']);
  await endAll(queue, 1_001);
  await Promise.all([...many, one]);
});

test('a key has no more places than its own, and others use the rest', async () => {
  const queue = queueOf({ running: 3, runningPerKey: 2 });
  const all = ['a1', 'a2', 'a3', 'b1'].map((name) => queue.add(name));
  await settled();
  expect(queue.began).toEqual(['a1', 'a2', 'b1']);
  await queue.end();
  expect(queue.began).toEqual(['a1', 'a2', 'b1', 'a3']);
  await endAll(queue, 3);
  await Promise.all(all);
});

test('work beyond the bounds of its key is refused, and that of other keys is not', async () => {
  const queue = queueOf({ running: 1, waitingPerKey: 1, waiting: 2 });
  const all = ['a1', 'a2', 'b1'].map((name) => queue.add(name));
  await expect(queue.add('a3')).rejects.toMatchObject({ of: 'key' });
  await expect(queue.add('c1')).rejects.toMatchObject({ of: 'all' });
  expect(await endAll(queue, 3)).toEqual(['a1', 'a2', 'b1']);
  await Promise.all(all);
});

test('aborted work leaves the queue at once, and makes room', async () => {
  const queue = queueOf({ running: 1, waitingPerKey: 1 });
  const running = queue.add('a1');
  for (let times = 0; times < 3; times++) {
    const client = new AbortController();
    const waiting = queue.add('a2', client.signal);
    await expect(queue.add('a3')).rejects.toMatchObject({ of: 'key' });
    client.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
  }
  const last = queue.add('a4');
  expect(await endAll(queue, 2)).toEqual(['a1', 'a4']);
  await Promise.all([running, last]);
});

test('work that was aborted before never begins, and work that runs is not interrupted', async () => {
  const queue = queueOf();
  const client = new AbortController();
  const running = queue.add('a1', client.signal);
  await settled();
  client.abort(new Error('gone'));
  await expect(queue.add('a2', client.signal)).rejects.toThrow('gone');
  await queue.end();
  await expect(running).resolves.toBe('a1');
  expect(queue.began).toEqual(['a1']);
});

test('work that fails gives its place back', async () => {
  const queue = turnQueue<string>({ ...bounds, running: 1 });
  const failing = queue.run('a', () => Promise.reject(new Error('failed')), present());
  const next = queue.run('a', async () => 'done', present());
  await expect(failing).rejects.toThrow('failed');
  await expect(next).resolves.toBe('done');
});

test('neither work that began nor work that left keeps a listener', async () => {
  const queue = queueOf({ running: 1 });
  const [kept, left] = [new AbortController(), new AbortController()];
  const all = [queue.add('a1'), queue.add('a2', kept.signal)];
  const gone = queue.add('a3', left.signal);
  left.abort(new Error('gone'));
  await expect(gone).rejects.toThrow('gone');
  await endAll(queue, 2);
  await Promise.all(all);
  expect([kept, left].flatMap(({ signal }) => getEventListeners(signal, 'abort'))).toEqual([]);
});
