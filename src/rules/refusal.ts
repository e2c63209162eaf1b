import type { BundleStatus } from './enums.ts';

/** A fault of one field. `path`: in a rule, the name of the field in the API; in an answer, with its place (`body.`). */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** The kind of a refusal. Over HTTP they are 404, 409, 422 and 403, in this order. */
export type RefusalKind = 'not_found' | 'conflict' | 'rule' | 'forbidden';

/**
 * A request breaks a rule; nothing may have changed. `code` is stable, for programs. `message` is a sentence for people:
 * clients show it without the fields. An argument that no request can cause is a defect, and a RangeError instead.
 */
export class Refusal extends Error {
  readonly kind: RefusalKind;
  readonly code: string;
  /** The fields that break the rule; empty if no single field does. */
  readonly errors: readonly FieldError[];

  constructor(kind: RefusalKind, code: string, message: string, errors: readonly FieldError[] = []) {
    super(message);
    this.name = 'Refusal';
    this.kind = kind;
    this.code = code;
    this.errors = errors;
  }
}

interface BundleNamed {
  readonly id: number;
  readonly status: BundleStatus;
}

const MOST_NAMED = 10;

const listed = (ids: readonly number[]) =>
  ids.length <= MOST_NAMED
    ? ids.join(', ')
    : `${ids.slice(0, MOST_NAMED).join(', ')} and ${ids.length - MOST_NAMED} more`;

/** `cancel_for_storage` in words: `cancel for storage`. */
const inWords = (action: string) => action.replaceAll('_', ' ');

const field = (path: string, message: string): FieldError[] => [{ path, message }];

/** What the amounts of an action must be (rules ACT-4 and ACT-5). */
export const AMOUNT_FORMS = {
  quantity: 'must be a whole number of Wh, at least 1',
  percentage: 'must be a number greater than 0 and at most 1',
} as const;

const QUANTITY = 'certificate_quantity';
const PERCENTAGE = 'certificate_bundle_percentage';
const WHOLE_ONLY = 'is not possible for an action on whole bundles';
const BUNDLE_IDS = 'granular_certificate_bundle_ids';

/** A 422 for one field. `message` continues the name of the field to a sentence. */
const badField = (code: string, path: string, message: string) =>
  new Refusal('rule', code, `${path} ${message}.`, field(path, message));

/** Refusals of the LIFE rules, and of ACT-7. */
const statusRefusals = {
  wrongStatus: (action: string, bundle: BundleNamed) =>
    new Refusal(
      'conflict',
      'wrong-status',
      `Bundle ${bundle.id} has the status ${bundle.status}, which does not allow the action "${inWords(action)}".`,
    ),
  expired: (action: string, bundle: BundleNamed) =>
    new Refusal(
      'conflict',
      'bundle-expired',
      `Bundle ${bundle.id} has expired, which does not allow the action "${inWords(action)}".`,
    ),
  notYetExpired: (bundle: BundleNamed) =>
    new Refusal('conflict', 'not-yet-expired', `Bundle ${bundle.id} has not expired yet.`),
  reasonRequired: (action: string) =>
    badField('reason-required', 'reason', `is required for the action "${inWords(action)}"`),
  wholeBundlesOnly: (action: string, given: { readonly quantity: boolean; readonly percentage: boolean }) =>
    new Refusal(
      'rule',
      'whole-bundles-only',
      `The action "${inWords(action)}" takes whole bundles only, without ${QUANTITY} or ${PERCENTAGE}.`,
      [
        ...(given.quantity ? field(QUANTITY, WHOLE_ONLY) : []),
        ...(given.percentage ? field(PERCENTAGE, WHOLE_ONLY) : []),
      ],
    ),
};

/** Refusals of the ACT rules. */
const requestRefusals = {
  noBundles: () => badField('no-bundles', BUNDLE_IDS, 'must name at least one bundle'),
  tooManyBundles: (count: number, most: number) =>
    badField('too-many-bundles', BUNDLE_IDS, `must name at most ${most} bundles, not ${count}`),
  duplicateBundles: (ids: readonly number[]) =>
    badField('duplicate-bundles', BUNDLE_IDS, `must not repeat a bundle: ${listed(ids)}`),
  /** Also for bundles of another account: the two answers must be alike. */
  bundlesNotFound: (ids: readonly number[]) =>
    new Refusal('not_found', 'bundles-not-found', `The source account has no bundle ${listed(ids)}.`),
  quantityAndPercentage: () =>
    new Refusal('rule', 'quantity-and-percentage', `Send ${QUANTITY} or ${PERCENTAGE}, not both.`, [
      ...field(QUANTITY, 'cannot be combined with a percentage'),
      ...field(PERCENTAGE, 'cannot be combined with a quantity'),
    ]),
  quantityInvalid: () => badField('quantity-invalid', QUANTITY, AMOUNT_FORMS.quantity),
  percentageInvalid: () => badField('percentage-invalid', PERCENTAGE, AMOUNT_FORMS.percentage),
  notEnough: (askedWh: number, availableWh: number) =>
    badField(
      'not-enough',
      QUANTITY,
      `asks for ${askedWh} Wh, but the bundles of the action hold ${availableWh} Wh`,
    ),
  nothingToTake: (percentage: number | string) =>
    badField('nothing-to-take', PERCENTAGE, `of ${percentage} is less than 1 Wh of every bundle named`),
  notTheCaller: () =>
    new Refusal(
      'forbidden',
      'not-the-caller',
      'user_id must be the id of the caller.',
      field('user_id', 'must be the id of the caller'),
    ),
};

/** The rules of single actions, of accounts and of roles. */
const accountRefusals = {
  sameAccount: () => badField('same-account', 'target_id', 'must not be the source account'),
  targetNotFound: (targetId: number) =>
    new Refusal('not_found', 'target-not-found', `There is no target account ${targetId}.`),
  notWhitelisted: (sourceId: number, targetId: number) =>
    new Refusal(
      'forbidden',
      'not-whitelisted',
      `Account ${targetId} does not accept transfers from account ${sourceId}.`,
    ),
  beneficiaryDiffers: (bundleId: number) =>
    badField('beneficiary-differs', 'beneficiary', `is not the beneficiary of bundle ${bundleId}`),
  notAllowed: (permission: string, role: string) =>
    new Refusal('forbidden', 'not-allowed', `The role ${role} does not have the permission "${permission}".`),
  /** Also for records that the caller may not know of. */
  notFound: (entity: string, id: number | string) =>
    new Refusal('not_found', 'not-found', `There is no ${entity} ${id}.`),
};

/** Refusals of the rules REC-1 and REC-11. */
const scheduleRefusals = {
  schedulePast: () => badField('schedule-past', 'initial_action_datetime', 'must not be in the past'),
  scheduleTooLong: () =>
    badField(
      'schedule-too-long',
      'number_of_recurring_actions',
      'must not lead to a run after the year 9999',
    ),
  tooManyRecurring: (present: number, most: number) =>
    new Refusal(
      'conflict',
      'too-many-recurring',
      `The account has ${present} recurring actions with runs left, and may have at most ${most}. Stop some first.`,
    ),
};

/** Refusals of the ISS and UNIT rules. */
const issuanceRefusals = {
  intervalInvalid: (problems: readonly FieldError[]) =>
    new Refusal(
      'rule',
      'interval-invalid',
      `${problems.map(({ path, message }) => `${path} ${message}`).join('; ')}.`,
      problems,
    ),
  overCapacity: (askedWh: number, limitWh: number) =>
    badField(
      'over-capacity',
      'bundle_quantity',
      `of ${askedWh} Wh is more than the ${limitWh} Wh that the device can produce in this interval`,
    ),
  deviceUnidentified: (deviceId: number) =>
    badField(
      'device-unidentified',
      'device_id',
      `names device ${deviceId}, which has no local_device_identifier`,
    ),
  alreadyIssued: (issuanceId: string) =>
    new Refusal(
      'conflict',
      'already-issued',
      `Certificates were already issued for this interval or a part of it: issuance ${issuanceId}.`,
    ),
  readingDiffers: (deviceId: number, start: string, askedWh: number) =>
    new Refusal(
      'conflict',
      'reading-differs',
      `Device ${deviceId} has a reading other than ${askedWh} Wh for the interval from ${start} or a part of it. ` +
        'Correct or remove that reading first.',
    ),
  idsExhausted: (quantity: number) =>
    badField(
      'ids-exhausted',
      'bundle_quantity',
      `of ${quantity} Wh exceeds the certificate ids that the device has left`,
    ),
  issuanceIdInvalid: () =>
    badField('issuance-id-invalid', 'issuance_id', 'must look like 12-2025-01-12T14:00:00Z'),
  instantInvalid: () =>
    new Refusal('rule', 'instant-invalid', 'must be an ISO 8601 datetime, for example 2025-01-12T14:00:00Z'),
  timeZoneUnknown: () => badField('time-zone-unknown', 'timezone', 'must be an IANA time zone name'),
};

/**
 * Every refusal of the rules, with its code and message: `throw refuse.notEnough(500, 300)`. Quantities are Wh, ids are
 * those of the API.
 */
export const refuse = {
  ...statusRefusals,
  ...requestRefusals,
  ...accountRefusals,
  ...scheduleRefusals,
  ...issuanceRefusals,
} as const;
