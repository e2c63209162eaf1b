import { expect, test } from 'vitest';
import { assertTransfer } from '../../../src/rules/transfer.ts';
import { refused } from './expect-refusal.ts';

const request = { sourceId: 1, targetId: 2, targetIsLive: true, whitelisted: true };

test('a transfer requires an open target that has whitelisted the source', () => {
  expect(() => assertTransfer(request)).not.toThrow();
});

test('a transfer to the source itself is refused, whitelisted or not', () => {
  expect(refused(() => assertTransfer({ ...request, targetId: 1 }))).toMatchObject({
    kind: 'rule',
    code: 'same-account',
  });
});

test('a transfer to an unknown or closed account is refused', () => {
  expect(refused(() => assertTransfer({ ...request, targetIsLive: false }))).toMatchObject({
    kind: 'not_found',
    code: 'target-not-found',
  });
});

test('a transfer to an account that has not whitelisted the source is refused', () => {
  expect(refused(() => assertTransfer({ ...request, whitelisted: false }))).toMatchObject({
    kind: 'forbidden',
    code: 'not-whitelisted',
    message: 'Account 2 does not accept transfers from account 1.',
  });
});
