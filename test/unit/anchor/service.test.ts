import { expect, test } from 'vitest';
import { signAnchor } from '../../../src/anchor/anchor.ts';
import { besideLast } from '../../../src/anchor/service.ts';
import { aKey, someFacts } from '../../harness/anchors.ts';

const last = signAnchor({ ...someFacts, number: 4 }, aKey());
const store = { name: 'directory', state: 'up', problem: null, warnings: [] } as const;

test.each([
  ['lacks the anchors from its next one to the last', last, 3, 2],
  ['lacks none if it has the last one', last, 5, 0],
  ['lacks none if it is ahead of what is known', last, 6, 0],
  ['is not compared while its next anchor is unknown', last, null, null],
  ['is not compared while no anchor is known', undefined, 0, null],
])('a store %s', (_, known, next, unwritten) => {
  expect(besideLast({ ...store, next }, known)).toEqual({ ...store, unwritten });
});
