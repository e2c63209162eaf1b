import { z } from 'zod';
import { flagText } from '../operation/schemas.ts';
import { Action } from './action-schemas.ts';

/** What the operations of all actions declare alike. */
export const actionOperation = {
  method: 'POST',
  tag: 'Actions',
  queryParams: z.object({
    dry_run: flagText.meta({
      description:
        'Judge and answer as usual, with `action_result` "Dry run", and change nothing. The ids of what an action would make ' +
        '(its own, and those of the bundles that a split leaves in `resulting_bundle_ids`) never exist',
    }),
  }),
  answer: { status: 202, description: 'The action, done', schema: Action },
  refusals: [404, 409],
} as const;
