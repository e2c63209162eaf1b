import { z } from 'zod';
import { olderClients } from '../operation/older-clients.ts';
import { flagText } from '../operation/schemas.ts';
import { Action } from './action-schemas.ts';

/** The declarations that the operations of all actions share. */
export const actionOperation = {
  method: 'POST',
  tag: 'Actions',
  queryParams: z.object({
    dry_run: flagText.meta({
      description:
        'Validate the request and return the result with `action_result` "Dry run", without changing anything. The ids of the action and of new ' +
        'bundles in `resulting_bundle_ids` do not exist afterwards',
    }),
  }),
  bodyLimit: 'bulk',
  olderClients: olderClients.action,
  answer: { status: 202, description: 'The completed action', schema: Action },
  refusals: [404, 409],
} as const;
