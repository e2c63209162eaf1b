import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startTick } from '../../../src/scheduler/tick.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

test('a tick is over after 5 s', () => {
  const tick = startTick(new AbortController().signal);
  expect(tick.isOver()).toBe(false);
  vi.advanceTimersByTime(4_999);
  expect(tick.isOver()).toBe(false);
  vi.advanceTimersByTime(1);
  expect(tick.isOver()).toBe(true);
});

test('a tick is over when leadership ends', () => {
  const leadership = new AbortController();
  const tick = startTick(leadership.signal);
  leadership.abort();
  expect(tick.isOver()).toBe(true);
  expect(startTick(leadership.signal).isOver()).toBe(true);
});
