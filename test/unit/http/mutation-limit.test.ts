import { describe, expect, test } from 'vitest';
import { createMutationLimit, type MutationLimit, type Sender } from '../../../src/http/mutation-limit.ts';
import type { Authority } from '../../../src/operation/caller.ts';
import type { UserId } from '../../../src/rules/units.ts';

interface Others {
  readonly perUser?: number | undefined;
  readonly waiting?: number;
}

const limitOf = (poolSize: number, { perUser, waiting = 3 }: Others = {}) =>
  createMutationLimit({
    DATABASE_POOL_SIZE: poolSize,
    DATABASE_MAX_WAITING: waiting,
    MAX_MUTATIONS_PER_USER: perUser,
  });

const user = (id: number): Authority => ({
  caller: { userId: id as UserId, role: 'TRADING_USER', accountIds: new Set() },
  scope: 'own',
});

const present = () => new AbortController().signal;
const ANY_IP = '192.0.2.1';

const known = (id: number): Sender => ({
  authority: user(id),
  operationId: 'cancel',
  ip: ANY_IP,
  gone: present(),
});

const unknown = (ip: string, operationId = 'login'): Sender => ({
  authority: null,
  operationId,
  ip,
  gone: present(),
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
  const limit = limitOf(poolSize, { perUser: setting });
  const under = Array.from({ length: most }, work);
  const running = under.map(({ run }) => limit.run(known(1), run));
  await expect(limit.run(known(1), work().run)).rejects.toMatchObject({
    status: 429,
    code: 'too-many-mutations',
  });
  await expect(limit.run(known(2), async () => 'done')).resolves.toBe('done');
  expect(() => limit.admit(user(1), 'mutation')).toThrow(`More than ${most} changes`);
  expect(() => limit.admit(user(2), 'mutation')).not.toThrow();
  under[0]?.end();
  await running[0];
  expect(() => limit.admit(user(1), 'mutation')).not.toThrow();
  await expect(limit.run(known(1), async () => 'done')).resolves.toBe('done');
  for (const { end } of under) end();
  await Promise.all(running);
});

test('a mutation that fails gives its place back', async () => {
  const limit = limitOf(2);
  await expect(limit.run(known(1), () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  await expect(limit.dryRun(known(1), () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  await expect(limit.run(known(1), () => limit.dryRun(known(1), async () => 'done'))).resolves.toBe('done');
});

test('dry runs are two at a time; those of other users wait for their turn, in order', async () => {
  const limit = limitOf(10);
  const under = Array.from({ length: 4 }, work);
  const running = under.map(({ run }, id) => limit.dryRun(known(id), run));
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
  const running = under.map(({ run }, id) => limit.dryRun(known(id), run));
  for (const id of [0, 1, 2]) {
    const second = limit.dryRun(known(id), work().run);
    await expect(second).rejects.toMatchObject({ status: 429, code: 'too-many-dry-runs' });
    expect(() => limit.admit(user(id), 'dry run')).toThrow('More than one dry run');
    expect(() => limit.admit(user(id), 'mutation')).not.toThrow();
  }
  for (const { end } of under) end();
  await Promise.all(running);
  await expect(limit.dryRun(known(2), async () => 'done')).resolves.toBe('done');
});

test('while 20 dry runs wait, another one is refused with 429', async () => {
  const limit = limitOf(10);
  const under = Array.from({ length: 22 }, work);
  const running = under.map(({ run }, id) => limit.dryRun(known(id), run));
  await expect(limit.dryRun(known(22), work().run)).rejects.toMatchObject({
    status: 429,
    code: 'too-many-dry-runs',
  });
  for (const { end } of under) end();
  await Promise.all(running);
  await expect(limit.dryRun(known(22), async () => 'done')).resolves.toBe('done');
});

/** Unknown callers of one network with as many requests as may run and wait. */
const OF_NETWORK = 22;

describe('unknown callers', () => {
  /** Fills the places of a network. Returns the work that does so, and a function that ends it. */
  function fill(limit: MutationLimit, ipOf: (index: number) => string, length = OF_NETWORK) {
    const under = Array.from({ length }, work);
    const running = under.map(({ run }, index) => limit.run(unknown(ipOf(index)), run));
    return {
      under,
      async end() {
        for (const { end } of under) end();
        await Promise.all(running);
      },
    };
  }
  const refused = { status: 429, code: 'too-many-mutations', details: { headers: { 'retry-after': '1' } } };
  const done = async () => 'done';

  test.each([
    ['192.0.2.1', () => '192.0.2.1', '192.0.2.2'],
    ['an IPv6 site', (index: number) => `2001:db8:1:${index}::1`, '2001:db8:2::1'],
  ])(
    'of %s beyond its limit are refused, and those of another network are served',
    async (_, ipOf, other) => {
      const limit = limitOf(10, { waiting: OF_NETWORK });
      const full = fill(limit, ipOf);
      await turns();
      expect(full.under.filter(({ began }) => began())).toHaveLength(2);
      await expect(limit.run(unknown(ipOf(OF_NETWORK)), work().run)).rejects.toMatchObject(refused);
      await expect(limit.run(unknown(other), done)).resolves.toBe('done');
      await expect(limit.run(unknown(ipOf(0), 'refreshSession'), done)).resolves.toBe('done');
      await expect(limit.run(known(1), done)).resolves.toBe('done');
      await full.end();
      await expect(limit.run(unknown(ipOf(0)), done)).resolves.toBe('done');
    },
  );

  test('of one network leave a place for another one, however few connections there are', async () => {
    const limit = limitOf(1, { waiting: OF_NETWORK });
    const full = fill(limit, () => ANY_IP, OF_NETWORK - 1);
    await expect(limit.run(unknown('192.0.2.2'), done)).resolves.toBe('done');
    await full.end();
  });

  test('whose clients are gone leave the queue', async () => {
    const limit = limitOf(10, { waiting: OF_NETWORK });
    const full = fill(limit, () => ANY_IP);
    await turns();
    full.under[0]?.end();
    await turns();
    const client = new AbortController();
    const left = limit.run({ ...unknown(ANY_IP), gone: client.signal }, done);
    await expect(limit.run(unknown(ANY_IP), done)).rejects.toMatchObject(refused);
    client.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    const next = limit.run(unknown(ANY_IP), done);
    await full.end();
    await expect(next).resolves.toBe('done');
  });

  test('of all networks wait at most as many as the setting says', async () => {
    const limit = limitOf(10, { waiting: 1 });
    const under = Array.from({ length: 4 }, work);
    const running = under.map(({ run }, index) => limit.run(unknown(`192.0.2.${index}`), run));
    const next = limit.run(unknown('192.0.2.9'), done);
    await expect(next).rejects.toMatchObject({ status: 503, code: 'overloaded' });
    for (const { end } of under) end();
    await Promise.all(running);
  });
});
