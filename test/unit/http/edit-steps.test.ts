import { expect, test } from 'vitest';
import { operations } from '../../../src/http/operations.ts';
import { takesIfMatch } from '../../../src/http/precondition.ts';

/** A call without transactions: an edit can only return its steps. */
const call = {
  params: { id: 1 },
  queryParams: {},
  body: { role: 'ADMIN' },
  authority: { caller: { userId: 2, role: 'ADMIN', accountIds: new Set() }, scope: 'all' },
  edit: async (steps: unknown) => steps,
};

const edits = operations.filter(takesIfMatch);

test('the list of edits is not empty', () => {
  expect(edits.length).toBeGreaterThan(10);
});

test.each(edits.map(({ id, handle }) => ({ id, handle })))(
  '$id leaves its transaction and the version check to the HTTP layer',
  async ({ handle }) => {
    expect(await handle(call)).toMatchObject({ lock: expect.any(Function), change: expect.any(Function) });
  },
);

test('every other operation that changes an existing entity has no version to check', () => {
  const others = operations.filter((each) => each.changes && each.params && !takesIfMatch(each));
  expect(others.map(({ id }) => id)).toEqual(['changeUserEmail', 'resetUserPassword', 'eraseUser']);
});
