import { z } from 'zod';
import { timeLimits } from '../database/time-limits.ts';
import { defineQuery } from '../operation/operation.ts';
import { firstViolation, invariantNames } from './invariants.ts';

export const checkCertificates = defineQuery({
  id: 'checkCertificates',
  method: 'GET',
  path: '/certificate/check',
  tag: 'Certificates',
  summary: 'Check the conservation of energy',
  description:
    'Checks conservation and its preconditions over the whole registry, and returns the first violation.',
  permission: 'administer',
  timeLimits: timeLimits.check,
  answer: {
    status: 200,
    description: 'The result of the check',
    schema: z
      .object({
        conserved: z.boolean(),
        checked: z.array(z.string()).meta({ description: 'The invariants that hold' }),
        violation: z.object({ invariant: z.string(), violation: z.string() }).nullable(),
      })
      .meta({ id: 'ConservationCheck' }),
  },
  handle: ({ read }) =>
    read(async (reader) => {
      const violation = await firstViolation([reader.execute]);
      const held = violation ? invariantNames.indexOf(violation.invariant) : invariantNames.length;
      return {
        conserved: violation === undefined,
        checked: invariantNames.slice(0, held),
        violation: violation ?? null,
      };
    }),
});
