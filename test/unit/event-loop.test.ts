import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type EventLoop, watchEventLoop } from '../../src/operation/event-loop.ts';

let now: number;
let eventLoop: EventLoop;

beforeEach(() => {
  vi.useFakeTimers();
  now = 0;
  eventLoop = watchEventLoop(() => now);
});
afterEach(() => {
  eventLoop.stop();
  vi.useRealTimers();
});

/** A sample, taken that long after it was due. */
function sample(lateMs: number): void {
  now += 100 + lateMs;
  vi.advanceTimersByTime(100);
}

test('a loop that stays late reports its delay', () => {
  for (const late of [700, 600, 800]) sample(late);
  expect(eventLoop.delayMs()).toBe(600);
});

test('one long pause is not reported', () => {
  for (const late of [0, 0, 5_000, 0]) sample(late);
  expect(eventLoop.delayMs()).toBe(0);
});

test('a loop that was in time once is in time', () => {
  for (const late of [900, 900, 900, 0]) sample(late);
  expect(eventLoop.delayMs()).toBe(0);
});

test('nothing is reported at the start, or when the clock goes back', () => {
  expect(eventLoop.delayMs()).toBe(0);
  for (const late of [900, 900, -500]) sample(late);
  expect(eventLoop.delayMs()).toBe(0);
});
