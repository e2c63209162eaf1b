import { z } from 'zod';
import { beneficiary, CertificateFilter, strictBody } from '../certificate/index.ts';
import { count, id, instant, instantText, version, wattHours } from '../operation/schemas.ts';
import { type ActionType, periodUnits } from '../rules/enums.ts';
import { MOST_PERIODS, MOST_RUNS } from '../rules/recurrence.ts';

/** When to run; the names are those of the EnergyTag specification. */
const schedule = {
  initial_action_datetime: instant
    .nullish()
    .meta({ description: 'When to run first; at once, unless given. Not in the past' }),
  recurring_action_period_units: z.enum(periodUnits),
  recurring_action_period_quantity: z
    .int()
    .min(1)
    .max(MOST_PERIODS)
    .meta({ description: 'How many units lie between two runs', examples: [1] }),
  number_of_recurring_actions: z
    .int()
    .min(1)
    .max(MOST_RUNS)
    .meta({ description: 'How many runs there are, the first one included', examples: [12] }),
};

const common = <T extends ActionType>(type: T) => ({
  ...schedule,
  action_type: z.literal(type).optional(),
  certificate_bundle_status: z.literal('Active').nullish(),
  certificate_quantity: wattHours.min(1).meta({
    description:
      'Wh in total for each run: bundles are taken by interval start, then id, and the last one is split',
  }),
});

export const RecurringTransferRequest = strictBody(
  CertificateFilter.safeExtend({
    ...common('recurring_transfer'),
    target_id: id.meta({ description: 'The account to transfer to' }),
  }),
).meta({ id: 'RecurringTransferRequest' });

export const RecurringCancelRequest = strictBody(
  CertificateFilter.safeExtend({
    ...common('recurring_cancel'),
    beneficiary: beneficiary.meta({ description: 'Who may claim; the name of the account, unless given' }),
  }),
).meta({ id: 'RecurringCancelRequest' });

export const RecurringAction = z
  .object({
    id,
    action_type: z.enum(['recurring_transfer', 'recurring_cancel']),
    source_id: id,
    target_id: id.nullable(),
    user_id: id.meta({ description: 'Whose rights each run is judged by' }),
    beneficiary: z.string().nullable(),
    certificate_quantity: wattHours,
    filter: z
      .record(z.string(), z.unknown())
      .meta({ description: 'The filters of a certificate query that were given' }),
    initial_action_datetime: instantText,
    recurring_action_period_units: z.enum(periodUnits),
    recurring_action_period_quantity: z.int().min(1).max(MOST_PERIODS),
    number_of_recurring_actions: z.int().min(1).max(MOST_RUNS),
    runs_done: count.meta({ description: 'Runs that are over, done or refused' }),
    next_action_datetime: instantText.nullable().meta({ description: 'null after the last run' }),
    version,
    created_at: instantText,
  })
  .meta({ id: 'RecurringAction' });
