import { z } from 'zod';
import { list } from '../operation/list-schema.ts';
import {
  accountId,
  bundleId,
  id,
  instant,
  instantText,
  isPlainText,
  KEPT_IN_CLEAR,
  plainText,
  userId,
} from '../operation/schemas.ts';
import { type ActionType, actionTypes } from '../rules/enums.ts';
import { AMOUNT_FORMS } from '../rules/refusal.ts';

/** The fields of all actions on bundles. Lists and amounts are validated by the rules, so that a refusal is recorded. */
const common = {
  source_id: accountId.meta({ description: 'The account that holds the bundles' }),
  user_id: userId.optional().meta({ description: 'If given, must be the id of the caller' }),
  granular_certificate_bundle_ids: list(bundleId).meta({
    description: 'Ids of bundles, as a query returns them',
    examples: [[1]],
  }),
  localise_time: z.boolean().optional(),
};

const part = {
  certificate_quantity: z
    .int(AMOUNT_FORMS.quantity)
    .meta({ minimum: 1 })
    .optional()
    .meta({ description: 'Total Wh: bundles are taken in the order given, and the last one is split' }),
  certificate_bundle_percentage: z
    .number(AMOUNT_FORMS.percentage)
    .meta({ exclusiveMinimum: 0, maximum: 1 })
    .optional()
    .meta({ description: 'Part of each bundle, greater than 0 and at most 1', examples: [0.5] }),
};

/** A beneficiary. Blank text counts as none, because forms send an empty field if nothing was entered. */
export const beneficiary = z
  .string()
  .trim()
  .max(200, { abort: true })
  .refine(isPlainText, 'must not contain control characters')
  .optional();

/** Clients may repeat the type of the action; it must be that of the operation. */
const named = (type: ActionType) => ({ action_type: z.literal(type).optional() });

export const TransferRequest = z
  .object({
    ...common,
    ...part,
    ...named('transfer'),
    target_id: accountId.meta({ description: 'The account to transfer to' }),
  })
  .meta({ id: 'TransferRequest' });

export const CancelRequest = z
  .object({
    ...common,
    ...part,
    ...named('cancel'),
    beneficiary: beneficiary.meta({
      description: `Who may claim the certificates. Defaults to the name of the account if missing or blank. A public fact. ${KEPT_IN_CLEAR}`,
    }),
    cancellation_purpose: plainText().optional().meta({ description: KEPT_IN_CLEAR }),
    cancellation_period_start: instant.optional(),
    cancellation_period_end: instant.optional(),
  })
  .refine(
    ({ cancellation_period_start: start, cancellation_period_end: end }) => !(start && end) || start < end,
    { path: ['cancellation_period_end'], message: 'must be later than cancellation_period_start' },
  )
  .meta({ id: 'CancelRequest' });

const reason = plainText(2_000)
  .optional()
  .meta({
    description: `Reason for the action (required). ${KEPT_IN_CLEAR}`,
    examples: ['Meter was misread'],
  });

const partRequest = <T extends ActionType>(type: T, title: string) =>
  z.object({ ...common, ...part, ...named(type) }).meta({ id: title });

const reasonedRequest = <T extends ActionType>(type: T, title: string) =>
  z.object({ ...common, ...part, ...named(type), reason }).meta({ id: title });

export const ClaimRequest = z
  .object({
    ...common,
    ...part,
    ...named('claim'),
    beneficiary: beneficiary.meta({ description: 'If given, must be the beneficiary of every bundle' }),
  })
  .meta({ id: 'ClaimRequest' });

export const ReserveRequest = partRequest('reserve', 'ReserveRequest');
export const UnreserveRequest = partRequest('unreserve', 'UnreserveRequest');
export const LockRequest = reasonedRequest('lock', 'LockRequest');
export const UnlockRequest = reasonedRequest('unlock', 'UnlockRequest');
export const WithdrawRequest = reasonedRequest('withdraw', 'WithdrawRequest');

export const Action = z
  .object({
    id,
    action_type: z.enum(actionTypes),
    action_result: z.enum(['Success', 'Failure', 'Dry run']),
    source_id: id,
    target_id: id.nullable(),
    user_id: id.nullable().meta({
      description: 'null for the registry itself (expiry), and for a transfer from an account of other users',
    }),
    beneficiary: z.string().nullable(),
    granular_certificate_bundle_ids: z.array(id),
    resulting_bundle_ids: z.array(id).meta({
      description: 'The bundles affected by the action: those named, or the new parts of split bundles',
    }),
    certificate_quantity: z
      .int()
      .nullable()
      .meta({ examples: [1_000_000] }),
    certificate_bundle_percentage: z
      .number()
      .nullable()
      .meta({ examples: [0.5] }),
    action_request_datetime: instantText,
    action_completed_datetime: instantText,
    details: z.record(z.string(), z.unknown()).meta({ description: 'For a refusal, its code and reason' }),
  })
  .meta({ id: 'Action' });
