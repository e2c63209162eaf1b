import { z } from 'zod';
import { beneficiary, CertificateFilter, idLists } from '../certificate/index.ts';
import {
  accountId,
  count,
  id,
  instant,
  instantText,
  KEPT_IN_CLEAR,
  version,
  wattHours,
} from '../operation/schemas.ts';
import { type ActionType, periodUnits } from '../rules/enums.ts';
import { MOST_FILTER_ITEMS, MOST_PERIODS, MOST_RUNS } from '../rules/recurrence.ts';

/** The schedule, with the names of the EnergyTag specification. */
const schedule = {
  initial_action_datetime: instant
    .optional()
    .meta({ description: 'Time of the first run, not in the past. Defaults to the current time' }),
  recurring_action_period_units: z.enum(periodUnits),
  recurring_action_period_quantity: z
    .int()
    .min(1)
    .max(MOST_PERIODS)
    .meta({ description: 'Number of units between two runs', examples: [1] }),
  number_of_recurring_actions: z
    .int()
    .min(1)
    .max(MOST_RUNS)
    .meta({ description: 'Number of runs, the first one included', examples: [12] }),
};

const common = <T extends ActionType>(type: T) => ({
  ...schedule,
  ...idLists(MOST_FILTER_ITEMS),
  action_type: z.literal(type).optional(),
  certificate_bundle_status: z.literal('Active').optional(),
  certificate_quantity: wattHours.min(1).meta({
    description:
      'Total Wh of each run: bundles are taken in the order of interval start and id, and the last one is split',
  }),
});

export const RecurringTransferRequest = CertificateFilter.safeExtend({
  ...common('recurring_transfer'),
  target_id: accountId.meta({ description: 'The account to transfer to' }),
}).meta({ id: 'RecurringTransferRequest' });

export const RecurringCancelRequest = CertificateFilter.safeExtend({
  ...common('recurring_cancel'),
  beneficiary: beneficiary.meta({
    description: `Who may claim the certificates. Defaults to the name of the account. A public fact. ${KEPT_IN_CLEAR}`,
  }),
}).meta({ id: 'RecurringCancelRequest' });

export const RecurringAction = z
  .object({
    id,
    action_type: z.enum(['recurring_transfer', 'recurring_cancel']),
    source_id: id,
    target_id: id.nullable(),
    user_id: id.meta({ description: 'The user whose rights each run has' }),
    beneficiary: z.string().nullable(),
    certificate_quantity: wattHours,
    filter: z
      .record(z.string(), z.unknown())
      .meta({ description: 'The filters of the request, as in a certificate query' }),
    initial_action_datetime: instantText,
    recurring_action_period_units: z.enum(periodUnits),
    recurring_action_period_quantity: z.int().min(1).max(MOST_PERIODS),
    number_of_recurring_actions: z.int().min(1).max(MOST_RUNS),
    runs_done: count.meta({ description: 'Number of finished runs, including refused ones' }),
    next_action_datetime: instantText.nullable().meta({ description: 'null after the last run' }),
    version,
    created_at: instantText,
  })
  .meta({ id: 'RecurringAction' });
