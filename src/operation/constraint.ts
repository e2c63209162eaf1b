import { Problem } from './problem.ts';

interface ConstraintProblem {
  readonly status: 409 | 422;
  readonly code: string;
  readonly path: string;
  readonly message: string;
}

const taken = (code: string, path: string, message: string): ConstraintProblem => ({
  status: 409,
  code,
  path,
  message,
});
const unknown = (path: string, message: string): ConstraintProblem => ({
  status: 422,
  code: 'unknown-reference',
  path,
  message,
});

const FIXED_AFTER_ISSUE = 'Grid and identifier cannot be changed after certificates were issued.';

const ACCOUNT_NAME_TAKEN = taken(
  'name-taken',
  'body.account_name',
  'An account has this name, or a name that looks like it.',
);
const ORGANISATION_NAME_TAKEN = taken(
  'name-taken',
  'body.name',
  'An organisation has this name, or a name that looks like it.',
);
const IDENTIFIER_TAKEN = taken(
  'identifier-taken',
  'body.local_device_identifier',
  'A device of this grid has this identifier, or one that looks like it.',
);

/** The problem for a violated constraint. */
const CONSTRAINT_PROBLEMS: Readonly<Record<string, ConstraintProblem>> = {
  registry_user_email_living: taken('email-taken', 'body.email', 'A user with this e-mail exists.'),
  organisation_name_living: ORGANISATION_NAME_TAKEN,
  organisation_name_skeleton_living: ORGANISATION_NAME_TAKEN,
  account_name_living: ACCOUNT_NAME_TAKEN,
  account_name_skeleton_living: ACCOUNT_NAME_TAKEN,
  device_local_identifier_living: IDENTIFIER_TAKEN,
  device_identifier_skeleton_living: IDENTIFIER_TAKEN,
  device_local_identifier_spent: taken(
    'identifier-spent',
    'body.local_device_identifier',
    'Certificates were already issued under this identifier for another device; it cannot be reused.',
  ),
  device_local_identifier_kept: taken('device-has-issued', 'body.local_device_identifier', FIXED_AFTER_ISSUE),
  device_grid_kept: taken('device-has-issued', 'body.grid', FIXED_AFTER_ISSUE),
  measurement_one_per_instant: taken(
    'interval-taken',
    'body.interval_start_datetime',
    'The device has a reading that overlaps this interval.',
  ),
  issuance_one_live_per_instant: taken(
    'already-issued',
    'body.production_starting_interval',
    'Certificates of this device have been issued for an overlapping interval.',
  ),
  account_user_living: taken('user-linked', 'body.user_ids', 'The user belongs to the account already.'),
  account_whitelist_living: taken(
    'whitelisted',
    'body.add_to_whitelist',
    'The account is on the whitelist already.',
  ),
  journal_entry_size: {
    status: 422,
    code: 'too-large',
    path: 'body',
    message: 'The request is too large to be recorded as one event.',
  },
  measurement_interval: {
    status: 422,
    code: 'invalid-fields',
    path: 'body.interval_end_datetime',
    message: 'The interval must be longer than 0 and at most 1 hour.',
  },
  device_account_id_account_id_fk: unknown('body.account_id', 'There is no such account.'),
  account_user_user_id_registry_user_id_fk: unknown('body.user_ids', 'There is no such user.'),
  account_whitelist_source_account_id_account_id_fk: unknown(
    'body.add_to_whitelist',
    'There is no such account.',
  ),
  measurement_report_device_id_device_id_fk: unknown('body.device_id', 'There is no such device.'),
  issuance_metadata_id_issuance_metadata_id_fk: unknown('body.metadata_id', 'There is no such metadata.'),
};

/** Returns the problem for a violated constraint; `undefined` if no request can violate it. */
export function constraintProblem(constraint: string | undefined): Problem | undefined {
  const problem = constraint === undefined ? undefined : CONSTRAINT_PROBLEMS[constraint];
  if (problem === undefined) return undefined;
  const { status, code, path, message } = problem;
  return new Problem(status, code, message, { errors: [{ path, message }] });
}
