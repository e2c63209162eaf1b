import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  numeric,
  pgTable,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { granularities } from '../rules/enums.ts';
import { lifecycle } from '../rules/lifecycle.ts';
import type { AccountId } from '../rules/units.ts';
import {
  bytea,
  createdAt,
  edited,
  id,
  inLowerCase,
  instant,
  living,
  reference,
  skeletonOf,
  valuesOf,
} from './columns.ts';
import {
  bundleStatus,
  energyCarrier,
  energySource,
  grossNet,
  technologyType,
  userRole,
} from './enum-schema.ts';

/** The tables. Hand-written migrations add what Drizzle cannot express: exclusion constraints, triggers, grants. */

/**
 * The journal leaves out `name`, `email` and `organisation` and has their commitments instead, which a trigger makes: see
 * `personalData`.
 */
export const registryUser = pgTable(
  'registry_user',
  {
    id: id(),
    name: text().notNull(),
    email: text().notNull(),
    role: userRole().notNull(),
    organisation: text(),
    ...edited(),
    nameCommitment: text(),
    emailCommitment: text(),
    organisationCommitment: text(),
    /** SHA-256 of the stored password hash in hexadecimal, written by a trigger: so each change of a password is an event. */
    loginDigest: text(),
    /** When the personal data of the user was destroyed, after its deletion. */
    erasedAt: instant(),
  },
  (t) => [
    uniqueIndex('registry_user_email_living').on(sql`lower(${t.email})`).where(living),
    check(
      'registry_user_erased',
      sql`${t.erasedAt} IS NULL OR ${t.deletedAt} IS NOT NULL
          AND num_nonnulls(${t.nameCommitment}, ${t.emailCommitment}, ${t.organisationCommitment}) = 0`,
    ),
  ],
);

/** The password of a user, in a table of its own so that it can appear neither in an answer nor in the journal. */
export const credential = pgTable('credential', {
  userId: reference()
    .primaryKey()
    .references(() => registryUser.id),
  passwordHash: text().notNull(),
  changedAt: createdAt(),
});

export const organisation = pgTable(
  'organisation',
  {
    id: id(),
    name: text().notNull(),
    businessId: text(),
    email: text(),
    website: text(),
    address: text(),
    ...edited(),
  },
  (t) => [
    uniqueIndex('organisation_name_living').on(inLowerCase(t.name)).where(living),
    uniqueIndex('organisation_name_skeleton_living').on(skeletonOf(t.name)).where(living),
  ],
);

export const account = pgTable(
  'account',
  {
    id: id(),
    accountName: text().notNull(),
    timezone: text().notNull().default('UTC'),
    discoverable: boolean().notNull().default(false),
    ...edited(),
  },
  (t) => [
    uniqueIndex('account_name_living').on(inLowerCase(t.accountName)).where(living),
    uniqueIndex('account_name_skeleton_living').on(skeletonOf(t.accountName)).where(living),
  ],
);

export const accountUser = pgTable(
  'account_user',
  {
    id: id(),
    accountId: reference()
      .notNull()
      .references(() => account.id),
    userId: reference()
      .notNull()
      .references(() => registryUser.id),
    createdAt: createdAt(),
    deletedAt: instant(),
  },
  (t) => [
    uniqueIndex('account_user_living').on(t.accountId, t.userId).where(living),
    index('account_user_by_user').on(t.userId).where(living),
  ],
);

/** `accountId` accepts transfers from `sourceAccountId`. */
export const accountWhitelist = pgTable(
  'account_whitelist',
  {
    id: id(),
    accountId: reference()
      .notNull()
      .references(() => account.id),
    sourceAccountId: reference()
      .notNull()
      .references(() => account.id),
    createdAt: createdAt(),
    deletedAt: instant(),
  },
  (t) => [
    uniqueIndex('account_whitelist_living').on(t.accountId, t.sourceAccountId).where(living),
    index('account_whitelist_by_source').on(t.sourceAccountId).where(living),
    check('account_whitelist_not_self', sql`${t.accountId} <> ${t.sourceAccountId}`),
  ],
);

/** Devices belong to one plant if either key of their grids and identifiers is the same (rule DEV-1). */
const plantBy = (
  keyOf: (name: SQLWrapper) => SQL,
  t: Readonly<Record<'grid' | 'localDeviceIdentifier', SQLWrapper>>,
): [SQL, SQL] => [keyOf(t.grid), keyOf(t.localDeviceIdentifier)];

export const device = pgTable(
  'device',
  {
    id: id(),
    deviceName: text().notNull(),
    localDeviceIdentifier: text(),
    grid: text().notNull(),
    energySource: energySource().notNull(),
    technologyType: technologyType().notNull(),
    operationalDate: instant().notNull(),
    powerMw: numeric({ mode: 'number' }).notNull(),
    energyMwh: numeric({ mode: 'number' }),
    peakDemand: numeric({ mode: 'number' }).notNull(),
    location: text().notNull(),
    isStorage: boolean().notNull(),
    granularityMinutes: integer().notNull().default(60),
    accountId: reference()
      .$type<AccountId>()
      .notNull()
      .references(() => account.id),
    ...edited(),
  },
  (t) => [
    uniqueIndex('device_local_identifier_living')
      .on(...plantBy(inLowerCase, t))
      .where(living),
    uniqueIndex('device_identifier_skeleton_living')
      .on(...plantBy(skeletonOf, t))
      .where(living),
    index('device_by_local_identifier').on(...plantBy(inLowerCase, t)),
    index('device_by_identifier_skeleton').on(...plantBy(skeletonOf, t)),
    index('device_by_account').on(t.accountId, t.id).where(living),
    check('device_power_not_negative', sql`${t.powerMw} >= 0 AND ${t.powerMw} < 'Infinity'`),
    check('device_granularity', sql`${t.granularityMinutes} IN ${valuesOf(granularities)}`),
  ],
);

export const measurementReport = pgTable(
  'measurement_report',
  {
    id: id(),
    deviceId: reference()
      .notNull()
      .references(() => device.id),
    intervalStart: instant().notNull(),
    intervalEnd: instant().notNull(),
    /** Wh */
    intervalUsage: reference().notNull(),
    grossNetIndicator: grossNet().notNull().default('NET'),
    ...edited(),
  },
  (t) => [
    index('measurement_by_device').on(t.deviceId, t.intervalStart).where(living),
    check(
      'measurement_interval',
      sql`${t.intervalEnd} > ${t.intervalStart} AND ${t.intervalEnd} <= ${t.intervalStart} + interval '1 hour'`,
    ),
  ],
);

export const issuanceMetadata = pgTable('issuance_metadata', {
  id: id(),
  countryOfIssuance: text().notNull(),
  connectedGridIdentification: text().notNull(),
  issuingBody: text().notNull(),
  legalStatus: text(),
  issuancePurpose: text(),
  supportReceived: text(),
  qualitySchemeReference: text(),
  disseminationLevel: text(),
  issueMarketZone: text().notNull(),
  createdAt: createdAt(),
});

/** The immutable header of all certificates of one device and interval. */
export const issuance = pgTable(
  'issuance',
  {
    id: id(),
    /** `<device id>-<interval start>`; a re-issue after withdrawal shares it under the next version. */
    issuanceId: text().notNull(),
    issueVersion: integer().notNull().default(1),
    replacesId: reference(),
    deviceId: reference()
      .notNull()
      .references(() => device.id),
    metadataId: reference()
      .notNull()
      .references(() => issuanceMetadata.id),
    productionStart: instant().notNull(),
    productionEnd: instant().notNull(),
    energyCarrier: energyCarrier().notNull().default('electricity'),
    energySource: energySource().notNull(),
    rangeStart: reference().notNull(),
    rangeEnd: reference().notNull(),
    quantity: bigint({ mode: 'number' })
      .generatedAlwaysAs((): SQL => sql`range_end - range_start + 1`)
      .notNull(),
    faceValue: integer().notNull().default(1),
    postEnergyCarrierConversion: boolean().notNull().default(false),
    emissionsFactor: doublePrecision(),
    emissionsFactorSource: text(),
    registryConfiguration: integer().notNull().default(1),
    isStorage: boolean().notNull().default(false),
    allocatedStorageRecordId: reference(),
    storageEfficiencyFactor: doublePrecision(),
    expiry: instant().notNull(),
    issuedAt: createdAt(),
    /** Set once, when every live bundle has been withdrawn: the interval can then be issued again. */
    withdrawnAt: instant(),
  },
  (t) => [
    uniqueIndex('issuance_version').on(t.issuanceId, t.issueVersion),
    uniqueIndex('issuance_device_range').on(t.deviceId, t.rangeStart),
    check('issuance_quantity', sql`${t.quantity} >= 1 AND ${t.rangeStart} >= 1`),
    check('issuance_face_value', sql`${t.faceValue} = 1`),
    check(
      'issuance_interval',
      sql`${t.productionEnd} > ${t.productionStart} AND ${t.productionEnd} <= ${t.productionStart} + interval '1 hour'`,
    ),
    check('issuance_expiry', sql`${t.expiry} > ${t.productionEnd}`),
  ],
);

const notSplit = sql`status <> 'Bundle Split'`;
/** The statuses from which bundles expire; queries must state the same condition for their plan to use the index. */
export const expirable = sql`status IN ${valuesOf(lifecycle.expire.from)}`;

/** A contiguous run of certificates of one issuance, in one account, with one status. */
export const bundle = pgTable(
  'bundle',
  {
    id: id(),
    issuanceId: reference()
      .notNull()
      .references(() => issuance.id),
    accountId: reference()
      .notNull()
      .references(() => account.id),
    status: bundleStatus().notNull().default('Active'),
    /** The status before a lock or a split. */
    priorStatus: bundleStatus(),
    rangeStart: reference().notNull(),
    rangeEnd: reference().notNull(),
    quantity: bigint({ mode: 'number' })
      .generatedAlwaysAs((): SQL => sql`range_end - range_start + 1`)
      .notNull(),
    beneficiary: text(),
    parentId: reference(),
    hash: bytea().notNull(),
    /** Copies from the issuance, kept equal by a trigger, so that the account's index has the order of queries. */
    deviceId: reference().notNull(),
    productionStart: instant().notNull(),
    /** Another copy, written only by a trigger, so that an index finds the bundles that are due to expire. */
    expiry: instant().notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('bundle_slice_live').on(t.issuanceId, t.rangeStart).where(notSplit),
    index('bundle_by_account').on(t.accountId, t.productionStart, t.id).where(notSplit),
    index('bundle_by_expiry').on(t.expiry, t.id).where(expirable),
    index('bundle_by_parent').on(t.parentId).where(sql`parent_id IS NOT NULL`),
    check('bundle_quantity', sql`${t.quantity} >= 1`),
    check('bundle_hash_sha256', sql`octet_length(${t.hash}) = 32`),
  ],
);

/** The permitted status transitions; filled by a migration, and compared with the lifecycle table by a test. */
export const bundleStatusTransition = pgTable(
  'bundle_status_transition',
  { fromStatus: bundleStatus().notNull(), toStatus: bundleStatus().notNull() },
  (t) => [unique('bundle_status_transition_pair').on(t.fromStatus, t.toStatus)],
);
