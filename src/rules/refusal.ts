import type { BundleStatus } from './enums.ts';

/** What is wrong with one field. `path`: in a rule, the field's name in the API; in an answer, its place too (`body.`). */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** Why a rule said no. HTTP turns it into 404, 409, 422 and 403, in this order. */
export type RefusalKind = 'not_found' | 'conflict' | 'rule' | 'forbidden';

/**
 * A rule said no, and nothing may have changed. `code` is stable, for programs; `message` is for people.
 * An argument that no request can cause is a bug of ours and throws a RangeError instead.
 */
export class Refusal extends Error {
  readonly kind: RefusalKind;
  readonly code: string;
  /** Empty unless single fields are to blame. */
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

const spoken = (action: string) => action.replaceAll('_', ' ');

const field = (path: string, message: string): FieldError[] => [{ path, message }];

const QUANTITY = 'certificate_quantity';
const PERCENTAGE = 'certificate_bundle_percentage';
const WHOLE_ONLY = 'not with an action that takes whole bundles only';
const BUNDLE_IDS = 'granular_certificate_bundle_ids';

/** A 422 that one field is to blame for. */
const badField = (code: string, path: string, message: string) =>
  new Refusal('rule', code, `${path}: ${message}`, field(path, message));

/** Refusals of the LIFE rules, and of ACT-7. */
const statusRefusals = {
  wrongStatus: (action: string, bundle: BundleNamed) =>
    new Refusal(
      'conflict',
      'wrong-status',
      `bundle ${bundle.id} is ${bundle.status}: ${spoken(action)} is not possible`,
    ),
  expired: (action: string, bundle: BundleNamed) =>
    new Refusal(
      'conflict',
      'bundle-expired',
      `bundle ${bundle.id} has expired: ${spoken(action)} is not possible`,
    ),
  notYetExpired: (bundle: BundleNamed) =>
    new Refusal('conflict', 'not-yet-expired', `bundle ${bundle.id} has not reached its expiry`),
  reasonRequired: (action: string) =>
    badField('reason-required', 'reason', `a reason is required to ${spoken(action)}`),
  wholeBundlesOnly: (action: string, given: { readonly quantity: boolean; readonly percentage: boolean }) =>
    new Refusal(
      'rule',
      'whole-bundles-only',
      `${spoken(action)} takes whole bundles only: give neither a quantity nor a percentage`,
      [
        ...(given.quantity ? field(QUANTITY, WHOLE_ONLY) : []),
        ...(given.percentage ? field(PERCENTAGE, WHOLE_ONLY) : []),
      ],
    ),
};

/** Refusals of the ACT rules. */
const requestRefusals = {
  noBundles: () => badField('no-bundles', BUNDLE_IDS, 'at least one bundle id is required'),
  tooManyBundles: (count: number, most: number) =>
    badField('too-many-bundles', BUNDLE_IDS, `${count} bundles given, at most ${most} in one action`),
  duplicateBundles: (ids: readonly number[]) =>
    badField('duplicate-bundles', BUNDLE_IDS, `given more than once: ${listed(ids)}`),
  /** Also the answer for bundles of another account: the two must look alike. */
  bundlesNotFound: (ids: readonly number[]) =>
    new Refusal('not_found', 'bundles-not-found', `no such bundles in the source account: ${listed(ids)}`),
  quantityAndPercentage: () =>
    new Refusal('rule', 'quantity-and-percentage', `give ${QUANTITY} or ${PERCENTAGE}, not both`, [
      ...field(QUANTITY, 'not together with a percentage'),
      ...field(PERCENTAGE, 'not together with a quantity'),
    ]),
  quantityInvalid: () => badField('quantity-invalid', QUANTITY, 'must be a whole number of at least 1'),
  percentageInvalid: () =>
    badField('percentage-invalid', PERCENTAGE, 'must be a decimal greater than 0 and at most 1'),
  notEnough: (askedWh: number, availableWh: number) =>
    badField('not-enough', QUANTITY, `${askedWh} asked for, ${availableWh} in the bundles given`),
  nothingToTake: (percentage: number | string) =>
    badField(
      'nothing-to-take',
      PERCENTAGE,
      `${percentage} of every bundle given is less than one certificate`,
    ),
  notTheCaller: () =>
    new Refusal(
      'forbidden',
      'not-the-caller',
      'user_id must be your own',
      field('user_id', 'must be your own'),
    ),
};

/** The rules of single actions, of accounts and of roles. */
const accountRefusals = {
  sameAccount: () => badField('same-account', 'target_id', 'must differ from the source account'),
  targetNotFound: (targetId: number) =>
    new Refusal('not_found', 'target-not-found', `there is no account ${targetId} to transfer to`),
  notWhitelisted: (sourceId: number, targetId: number) =>
    new Refusal(
      'forbidden',
      'not-whitelisted',
      `account ${targetId} does not accept transfers from account ${sourceId}`,
    ),
  beneficiaryDiffers: (bundleId: number) =>
    badField('beneficiary-differs', 'beneficiary', `is not the beneficiary of bundle ${bundleId}`),
  notAllowed: (permission: string, role: string) =>
    new Refusal('forbidden', 'not-allowed', `a user with role ${role} may not ${spoken(permission)}`),
  /** Also the answer for what the caller may not know of. */
  notFound: (entity: string, id: number | string) =>
    new Refusal('not_found', 'not-found', `there is no ${entity} ${id}`),
};

/** Refusals of rule REC-1. */
const scheduleRefusals = {
  schedulePast: () =>
    badField('schedule-past', 'initial_action_datetime', 'the first run must not be in the past'),
  scheduleTooLong: () =>
    badField('schedule-too-long', 'number_of_recurring_actions', 'the last run would be after the year 9999'),
};

/** Refusals of the ISS and UNIT rules. */
const issuanceRefusals = {
  intervalInvalid: (problems: readonly FieldError[]) =>
    new Refusal(
      'rule',
      'interval-invalid',
      problems.map(({ path, message }) => `${path}: ${message}`).join('; '),
      problems,
    ),
  overCapacity: (askedWh: number, limitWh: number) =>
    badField(
      'over-capacity',
      'bundle_quantity',
      `${askedWh} Wh is more than the ${limitWh} Wh that the device can make in this interval`,
    ),
  deviceUnidentified: (deviceId: number) =>
    badField('device-unidentified', 'device_id', `device ${deviceId} has no local_device_identifier`),
  alreadyIssued: (issuanceId: string) =>
    new Refusal(
      'conflict',
      'already-issued',
      `certificates exist for this interval or a part of it: issuance ${issuanceId}`,
    ),
  readingDiffers: (deviceId: number, start: string, askedWh: number) =>
    new Refusal(
      'conflict',
      'reading-differs',
      `device ${deviceId} has another reading for ${start} or a part of its interval than ${askedWh} Wh: correct it, or take it back, first`,
    ),
  idsExhausted: (quantity: number) =>
    badField('ids-exhausted', 'bundle_quantity', `the device has no ${quantity} certificate ids left`),
  issuanceIdInvalid: () =>
    badField('issuance-id-invalid', 'issuance_id', 'must look like 12-2025-01-12T14:00:00Z'),
  instantInvalid: () =>
    new Refusal('rule', 'instant-invalid', 'must be an ISO 8601 datetime, for example 2025-01-12T14:00:00Z'),
  timeZoneUnknown: () => badField('time-zone-unknown', 'timezone', 'must be an IANA time zone name'),
};

/**
 * Every refusal of the rules, with its code and its words: `throw refuse.notEnough(500, 300)`.
 * Quantities are Wh, ids are those of the API.
 */
export const refuse = {
  ...statusRefusals,
  ...requestRefusals,
  ...accountRefusals,
  ...scheduleRefusals,
  ...issuanceRefusals,
} as const;
