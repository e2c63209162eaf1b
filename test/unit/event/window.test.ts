import { expect, test } from 'vitest';
import { createEventWindow, type SharedEvent } from '../../../src/event/window.ts';

const CHUNK = 65_536;

interface Fields {
  readonly position: number;
  readonly entity?: readonly ['bundle' | 'device', number];
  readonly holders?: SharedEvent['holders'];
  readonly characters?: number;
}

function anEvent({ position, entity: [name, id] = ['device', 1], ...fields }: Fields): SharedEvent {
  const { holders = { now: 0, before: 0 }, characters = 100 } = fields;
  return {
    event: {
      position,
      hash: '',
      event_id: '',
      event_type: 'UPDATE',
      entity_name: name,
      entity_id: id,
      parent_entity_id: null,
      attributes_before: null,
      attributes_after: null,
      actor_id: null,
      action_id: null,
      request_id: null,
      recorded_at: '',
    },
    holders,
    json: 'x'.repeat(characters),
  };
}

/** Events after a position, numbered without a gap. */
const events = (after: number, many: number, characters?: number) =>
  Array.from({ length: many }, (_, n) =>
    anEvent({ position: after + 1 + n, ...(characters && { characters }) }),
  );

const positionsOf = (found: readonly SharedEvent[] | undefined) => found?.map(({ event }) => event.position);

test('before the first look, a window holds nothing', () => {
  const window = createEventWindow();
  expect(window.position()).toBeUndefined();
  expect(window.since(-1)).toBeUndefined();
});

test('a window answers from the position at which it began, and not from an earlier one', () => {
  const window = createEventWindow();
  window.append(41, events(41, 3));
  expect(window.position()).toBe(44);
  expect(positionsOf(window.since(41))).toEqual([42, 43, 44]);
  expect(positionsOf(window.since(43))).toEqual([44]);
  expect(window.since(40)).toBeUndefined();
});

test.for([44, 45, 1_000_000])('after position %i, of 44, there is nothing yet', (after) => {
  const window = createEventWindow();
  window.append(41, events(41, 3));
  expect(window.since(after)).toEqual([]);
});

test('a look without events extends the window by none', () => {
  const window = createEventWindow();
  window.append(41, []);
  expect([window.position(), window.since(41), window.since(40)]).toEqual([41, [], undefined]);
});

test('a window holds the latest 2 000 events', () => {
  const window = createEventWindow();
  for (let from = -1; from < 4_999; from += 500) window.append(from, events(from, 500));
  expect(window.position()).toBe(4_999);
  expect(window.since(2_998)).toBeUndefined();
  expect(positionsOf(window.since(2_999))?.[0]).toBe(3_000);
});

test('a window holds the latest events of 8 Mi characters together', () => {
  const window = createEventWindow();
  for (let from = -1; from < 99; from += 10) window.append(from, events(from, 10, 524_288));
  expect(window.since(82)).toBeUndefined();
  expect(positionsOf(window.since(83))).toEqual([84]);
});

test('an event of more characters than a window holds is not kept, and later ones are', () => {
  const window = createEventWindow();
  window.append(-1, events(-1, 1, 8_388_609));
  expect(window.since(-1)).toBeUndefined();
  expect(window.since(0)).toEqual([]);
  window.append(0, events(0, 1));
  expect(positionsOf(window.since(0))).toEqual([1]);
});

test('a chunk ends with the event that completes 64 Ki characters', () => {
  const window = createEventWindow();
  window.append(-1, events(-1, 10, CHUNK / 4));
  expect(positionsOf(window.since(-1))).toEqual([0, 1, 2, 3]);
  expect(positionsOf(window.since(3))).toEqual([4, 5, 6, 7]);
  expect(positionsOf(window.since(7))).toEqual([8, 9]);
});

test('all events of a bundle have its current holder, and their own earlier one', () => {
  const window = createEventWindow();
  const bundle = (position: number, holders: SharedEvent['holders']) =>
    anEvent({ position, entity: ['bundle', 7], holders });
  window.append(-1, [
    bundle(0, { now: 1, before: 1 }),
    anEvent({ position: 1, entity: ['device', 7], holders: { now: 0, before: 0 } }),
    anEvent({ position: 2, entity: ['bundle', 8], holders: { now: 1, before: 1 } }),
  ]);
  window.append(2, [bundle(3, { now: 2, before: 1 })]);
  expect(window.since(-1)?.map(({ holders }) => holders)).toEqual([
    { now: 2, before: 1 },
    { now: 0, before: 0 },
    { now: 1, before: 1 },
    { now: 2, before: 1 },
  ]);
});

test('a cleared window begins anew', () => {
  const window = createEventWindow();
  window.append(-1, events(-1, 3));
  window.clear();
  expect([window.position(), window.since(2)]).toEqual([undefined, undefined]);
  window.append(9, events(9, 1));
  expect(positionsOf(window.since(9))).toEqual([10]);
  expect(window.since(8)).toBeUndefined();
});
