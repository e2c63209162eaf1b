import { expect } from 'vitest';
import { test } from '../harness/fixtures.ts';

test.for([
  [
    'issuance ids and a period',
    { issuance_ids: ['1-2025-01-12T14:00:00Z'], certificate_period_start: '2025-01-01' },
  ],
  [
    'issuance ids and the end of a period',
    { issuance_ids: ['1-2025-01-12T14:00:00Z'], certificate_period_end: '2025-01-01' },
  ],
  [
    'a period that ends before it starts',
    { certificate_period_start: '2025-01-02', certificate_period_end: '2025-01-01' },
  ],
  ['the end of a period without its start', { certificate_period_end: '2025-01-01' }],
  ['a malformed issuance id', { issuance_ids: ['12'] }],
  ['an issuance id with a day that does not exist', { issuance_ids: ['1-2025-02-30T14:00:00Z'] }],
  ['a range of certificate ids without an issuance id', { certificate_bundle_id_range_start: 1 }],
  [
    'a range of certificate ids of two issuances',
    {
      issuance_ids: ['1-2025-01-12T14:00:00Z', '2-2025-01-12T14:00:00Z'],
      certificate_bundle_id_range_end: 1,
    },
  ],
  [
    'a range of certificate ids that ends before it starts',
    {
      issuance_ids: ['1-2025-01-12T14:00:00Z'],
      certificate_bundle_id_range_start: 2,
      certificate_bundle_id_range_end: 1,
    },
  ],
  ['an unknown energy source', { energy_source: 'coal' }],
  ['an unknown status', { certificate_bundle_status: 'Lost' }],
  ['an invalid datetime', { certificate_period_start: 'yesterday' }],
  ['a limit of 0', { limit: 0 }],
  ['a limit over 10 000', { limit: 10_001 }],
  ['an invalid cursor', { cursor: 'xyz' }],
  ['a forged cursor out of range', { cursor: Buffer.from('[9000000000000000,1]').toString('base64url') }],
  ['a pair without an instant', { sparse_filter_list: [[1]] }],
] as const)('%s: 422', async ([_, filter], { market }) => {
  for (const path of ['/certificate/query', '/certificate/query_full']) {
    const answer = await market.admin.post(path, { source_id: market.source.id, ...filter });
    expect(answer.statusCode, answer.body).toBe(422);
  }
});
