import pg from 'pg';
import { expect, test, vi } from 'vitest';
import { parsePosition } from '../../../src/database/position.ts';
import { watchPrimaryLog } from '../../../src/database/primary-log.ts';

/** A primary whose log ends at a position that the test sets; `undefined`: it does not answer. */
function aPrimary() {
  const monitor = new pg.Pool();
  const primary = { end: '0/100' as string | undefined };
  const query = vi.spyOn(monitor, 'query').mockImplementation(async () => {
    const { end } = primary;
    if (end === undefined) throw new Error('the connection was refused');
    return { rows: [{ position: end, system: '1' }] };
  });
  return { primary, query, log: watchPrimaryLog(monitor) };
}

function position(text: string) {
  const parsed = parsePosition(text);
  if (parsed === undefined) throw new Error(`${text} is not a position`);
  return parsed;
}

test('a position up to the last known one costs no look at the primary', async () => {
  const { log, query } = aPrimary();
  await log.sample();
  log.committed(position('0/200'));
  expect(await log.isBehind(position('0/100'))).toBe(false);
  expect(await log.isBehind(position('0/200'))).toBe(false);
  expect(query).toHaveBeenCalledTimes(1);
});

test('a position past the last known one is compared with the primary as it is now', async () => {
  const { log, primary } = aPrimary();
  await log.sample();
  primary.end = '0/200';
  expect(await log.isBehind(position('0/200'))).toBe(false);
  expect(await log.isBehind(position('0/201'))).toBe(true);
});

test('a thousand positions from the future at once cost two looks', async () => {
  const { log, query } = aPrimary();
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, () => log.isBehind(position('FFFFFFFF/FFFFFFFF'))),
  );
  expect(new Set(answers)).toEqual(new Set([true]));
  expect(query).toHaveBeenCalledTimes(2);
});

test('a look that began before a position was asked about does not refuse it', async () => {
  const { log, primary } = aPrimary();
  const before = log.isBehind(position('0/300'));
  primary.end = '0/300';
  const after = log.isBehind(position('0/300'));
  expect([await before, await after]).toEqual([true, false]);
});

test('a log that ends earlier, as after a promotion, is the one that counts', async () => {
  const { log, primary } = aPrimary();
  log.committed(position('0/300'));
  await log.sample();
  expect(primary.end).toBe('0/100');
  expect(await log.isBehind(position('0/300'))).toBe(true);
});

test('nothing is refused while the primary does not answer', async () => {
  const { log, primary } = aPrimary();
  primary.end = undefined;
  expect(await log.isBehind(position('0/300'))).toBe(false);
  expect(log.reachable()).toBe(false);
});
