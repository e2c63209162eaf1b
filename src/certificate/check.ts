import { z } from 'zod';
import { defineQuery } from '../operation/operation.ts';
import { firstViolation, invariantNames } from './invariants.ts';

export const checkCertificates = defineQuery({
  id: 'checkCertificates',
  method: 'GET',
  path: '/certificate/check',
  tag: 'Certificates',
  summary: 'Check that every watt-hour is in its place',
  description:
    'Checks the law of conservation, and what it rests on, over the whole registry. Names the first violation.',
  permission: 'administer',
  answer: {
    status: 200,
    description: 'Whether all of it holds',
    schema: z
      .object({
        conserved: z.boolean(),
        checked: z.array(z.string()).meta({ description: 'The invariants that were found to hold' }),
        violation: z.object({ invariant: z.string(), violation: z.string() }).nullable(),
      })
      .meta({ id: 'ConservationCheck' }),
  },
  handle: ({ read }) =>
    read(async (reader) => {
      const violation = await firstViolation(reader.execute);
      const held = violation ? invariantNames.indexOf(violation.invariant) : invariantNames.length;
      return {
        conserved: violation === undefined,
        checked: invariantNames.slice(0, held),
        violation: violation ?? null,
      };
    }),
});
