import { expect, test } from 'vitest';
import { type BundleEvent, holderAfter, redact } from '../../../src/rules/redaction.ts';

const MINE = 1;
const THEIRS = 2;
const isMine = (accountId: number) => accountId === MINE;
const who = { actor_id: 7, action_id: 8, request_id: 'r' };
const nobody = { actor_id: null, action_id: null, request_id: null };

const event = (
  before: BundleEvent['attributes_before'],
  after: BundleEvent['attributes_after'],
): BundleEvent => ({
  attributes_before: before,
  attributes_after: after,
  ...who,
});

test("an event in the user's account is shown in full", () => {
  const cancelled = event(
    { status: 'Active', beneficiary: null },
    { status: 'Cancelled', beneficiary: 'The school' },
  );
  expect(redact(cancelled, MINE, isMine)).toEqual(cancelled);
  const made = event(null, { id: 3, account_id: MINE, beneficiary: 'The school' });
  expect(redact(made, MINE, isMine)).toEqual(made);
});

test('an event in another account is shown without its account, user and action', () => {
  expect(
    redact(
      event({ status: 'Active', beneficiary: null }, { status: 'Cancelled', beneficiary: 'A rival' }),
      THEIRS,
      isMine,
    ),
  ).toEqual({
    attributes_before: { status: 'Active', beneficiary: null },
    attributes_after: { status: 'Cancelled', beneficiary: null },
    ...nobody,
  });
  expect(redact(event(null, { id: 3, account_id: THEIRS, quantity: 5 }), THEIRS, isMine)).toEqual({
    attributes_before: null,
    attributes_after: { id: 3, account_id: null, quantity: 5 },
    ...nobody,
  });
});

test("a transfer shows the user's account, and its actor if that was a user of it", () => {
  expect(redact(event({ account_id: THEIRS }, { account_id: MINE }), THEIRS, isMine)).toEqual({
    attributes_before: { account_id: null },
    attributes_after: { account_id: MINE },
    ...nobody,
  });
  expect(redact(event({ account_id: MINE }, { account_id: THEIRS }), MINE, isMine)).toEqual({
    attributes_before: { account_id: MINE },
    attributes_after: { account_id: null },
    ...who,
  });
});

test("an account that is not a number is not the user's", () => {
  expect(redact(event(null, { account_id: '1' }), THEIRS, isMine).attributes_after).toEqual({
    account_id: null,
  });
});

test('an event gives the holder after it, if that has changed', () => {
  expect(holderAfter(event(null, { account_id: THEIRS }))).toBe(THEIRS);
  expect(holderAfter(event({ status: 'Active' }, { status: 'Reserved' }))).toBeUndefined();
  expect(holderAfter(event(null, null))).toBeUndefined();
});
