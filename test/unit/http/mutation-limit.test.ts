import { expect, test } from 'vitest';
import { createMutationLimit } from '../../../src/http/mutation-limit.ts';
import type { Authority } from '../../../src/operation/caller.ts';
import type { UserId } from '../../../src/rules/units.ts';

const MOST_WAITING = 3;

const limitOf = (DATABASE_POOL_SIZE: number, MAX_MUTATIONS_PER_USER?: number) =>
  createMutationLimit({ DATABASE_POOL_SIZE, DATABASE_MAX_WAITING: MOST_WAITING, MAX_MUTATIONS_PER_USER });

const user = (id: number): Authority => ({
  caller: { userId: id as UserId, role: 'TRADING_USER', accountIds: new Set() },
  scope: 'own',
});

/** Work that is under way until it is ended. */
function work() {
  let end = () => {};
  let began = false;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    end,
    began: () => began,
    run: () => {
      began = true;
      return ended;
    },
  };
}

const turns = () => new Promise((resolve) => setImmediate(resolve));

test.each([
  [10, undefined, 5],
  [3, undefined, 1],
  [1, undefined, 1],
  [10, 7, 7],
])('of %i connections and with the setting %s, a user may use %i', async (poolSize, setting, most) => {
  const limit = limitOf(poolSize, setting);
  const under = Array.from({ length: most }, work);
  const running = under.map(({ run }) => limit.run(user(1), run));
  await expect(limit.run(user(1), work().run)).rejects.toMatchObject({
    status: 429,
    code: 'too-many-mutations',
  });
  await expect(limit.run(user(2), async () => 'done')).resolves.toBe('done');
  expect(() => limit.admit(user(1), 'mutation')).toThrow(`More than ${most} changes`);
  expect(() => limit.admit(user(2), 'mutation')).not.toThrow();
  under[0]?.end();
  await running[0];
  expect(() => limit.admit(user(1), 'mutation')).not.toThrow();
  await expect(limit.run(user(1), async () => 'done')).resolves.toBe('done');
  for (const { end } of under) end();
  await Promise.all(running);
});

test('a mutation that fails gives its place back', async () => {
  const limit = limitOf(2);
  await expect(limit.run(user(1), () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  await expect(limit.dryRun(user(1), () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  await expect(limit.run(user(1), () => limit.dryRun(user(1), async () => 'done'))).resolves.toBe('done');
});

test('dry runs are two at a time; those of other users wait for their turn, in order', async () => {
  const limit = limitOf(10);
  const under = Array.from({ length: 4 }, work);
  const running = under.map(({ run }, id) => limit.dryRun(user(id), run));
  await turns();
  expect(under.map(({ began }) => began())).toEqual([true, true, false, false]);
  under[1]?.end();
  await running[1];
  await turns();
  expect(under.map(({ began }) => began())).toEqual([true, true, true, false]);
  for (const { end } of under) end();
  await Promise.all(running);
  expect(under[3]?.began()).toBe(true);
});

test('a user has one dry run at a time, one that waits included', async () => {
  const limit = limitOf(10);
  const under = Array.from({ length: 3 }, work);
  const running = under.map(({ run }, id) => limit.dryRun(user(id), run));
  for (const id of [0, 1, 2]) {
    const second = limit.dryRun(user(id), work().run);
    await expect(second).rejects.toMatchObject({ status: 429, code: 'too-many-dry-runs' });
    expect(() => limit.admit(user(id), 'dry run')).toThrow('More than one dry run');
    expect(() => limit.admit(user(id), 'mutation')).not.toThrow();
  }
  for (const { end } of under) end();
  await Promise.all(running);
  await expect(limit.dryRun(user(2), async () => 'done')).resolves.toBe('done');
});

test('while 20 dry runs wait, another one is refused with 429', async () => {
  const limit = limitOf(10);
  const under = Array.from({ length: 22 }, work);
  const running = under.map(({ run }, id) => limit.dryRun(user(id), run));
  await expect(limit.dryRun(user(22), work().run)).rejects.toMatchObject({
    status: 429,
    code: 'too-many-dry-runs',
  });
  for (const { end } of under) end();
  await Promise.all(running);
  await expect(limit.dryRun(user(22), async () => 'done')).resolves.toBe('done');
});

test('unknown callers wait for their turn, at most as many as the setting says, and delay no user', async () => {
  const limit = limitOf(4);
  const under = Array.from({ length: 2 + MOST_WAITING }, work);
  const running = under.map(({ run }) => limit.run(null, run));
  await turns();
  expect(under.map(({ began }) => began())).toEqual([true, true, false, false, false]);
  await expect(limit.run(null, work().run)).rejects.toMatchObject({ status: 503, code: 'overloaded' });
  await expect(limit.run(user(1), async () => 'done')).resolves.toBe('done');
  for (const { end } of under) end();
  await Promise.all(running);
  await expect(limit.run(null, async () => 'done')).resolves.toBe('done');
});
