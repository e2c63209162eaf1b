import { expect } from 'vitest';
import { test } from '../harness/fixtures.ts';

/** The front end of the previous registry shows `detail`, up to its first comma, and nothing else of a problem document. */
test.for([
  [{ certificate_quantity: 'x' }, 'certificate_quantity must be a whole number of Wh, at least 1.'],
  [{ certificate_quantity: 0 }, 'certificate_quantity must be a whole number of Wh, at least 1.'],
  [{ certificate_quantity: 1.5 }, 'certificate_quantity must be a whole number of Wh, at least 1.'],
  [
    { certificate_bundle_percentage: 2 },
    'certificate_bundle_percentage must be a number greater than 0 and at most 1.',
  ],
  [{ target_id: undefined }, 'target_id is required.'],
  [{ target_id: 'two' }, 'target_id must be a number.'],
  [{ target_id: -2 }, 'target_id must be greater than 0.'],
  [{ granular_certificate_bundle_ids: 7 }, 'granular_certificate_bundle_ids must be a list.'],
  [{ granular_certificate_bundle_ids: ['7'] }, 'granular_certificate_bundle_ids.0 must be a number.'],
  [{ action_type: 'cancel' }, 'action_type must be "transfer".'],
  [{ target_id: 'two', source_id: 'one' }, 'source_id must be a number; another field is invalid.'],
  [
    { target_id: 'two', source_id: 'one', colour: 'blue' },
    'source_id must be a number; 2 more fields are invalid.',
  ],
] as const)(
  'the detail of a refusal names the field and the fault: %j',
  async ([change, detail], { market }) => {
    const { trader, source, target } = market;
    const answer = await trader.post('/certificate/transfer', {
      source_id: source.id,
      target_id: target.id,
      granular_certificate_bundle_ids: [1],
      ...change,
    });
    expect(answer.statusCode, answer.body).toBe(422);
    expect(answer.json().detail).toBe(detail);
  },
);

test('a body that is no object, and text that is too long', async ({ registry, admin }) => {
  const noObject = await registry.app.inject({
    method: 'POST',
    url: '/organisation/create',
    headers: admin.authorization,
    payload: [],
  });
  expect(noObject.json().detail).toBe('The body must be an object.');
  const tooLong = await admin.post('/organisation/create', { name: 'x'.repeat(300) });
  expect(tooLong.json().detail).toBe('name must have at most 200 characters.');
});
