/** A request that succeeds on the sample registry, as its administrator. */
export interface RequestExample {
  /** Values of the path parameters. */
  readonly path?: Readonly<Record<string, number>>;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** The ids that the sample data gets in an empty registry. */
const SAMPLE = { account: 1, otherAccount: 2, device: 1, metadata: 1, storageValidator: 5 } as const;
const PASSWORD = 'registry-demo';

/** An interval before the sample data: no certificates have been issued for it. */
const interval = { start: '2025-01-12T14:00:00Z', end: '2025-01-12T15:00:00Z' };

const onBundle = (bundle: number, more: Readonly<Record<string, unknown>> = {}): RequestExample => ({
  body: { source_id: SAMPLE.account, granular_certificate_bundle_ids: [bundle], ...more },
});

const filter = { source_id: SAMPLE.account, energy_source: 'wind', certificate_bundle_status: 'Active' };

const schedule = {
  certificate_quantity: 1_000_000,
  recurring_action_period_units: 'days',
  recurring_action_period_quantity: 1,
  number_of_recurring_actions: 12,
};

/**
 * An example for every request body, by operation id, in an order in which all of them succeed. Examples that need an
 * earlier one, such as claim after cancel, follow it.
 */
export const REQUEST_EXAMPLES: Readonly<Record<string, RequestExample>> = {
  changeLogLevel: { body: { level: 'info' } },
  login: { body: { username: 'trading_user@usermail.com', password: PASSWORD } },
  refreshSession: { body: { refresh_token: `gcrr_${'0'.repeat(96)}` } },
  createPreviousApiKey: { body: { name: 'Meter readings' } },
  createApiKey: { body: { name: 'Meter readings', permissions: ['read', 'produce'] } },
  createUser: {
    body: {
      name: 'Tara Trader',
      email: 'tara.trader@example.com',
      role: 'TRADING_USER',
      organisation: 'Example Energy',
      password: 'correct horse battery',
    },
  },
  updateUser: { path: { id: SAMPLE.storageValidator }, body: { organisation: 'Example Energy' } },
  changeUserRole: { path: { id: SAMPLE.storageValidator }, body: { role: 'STORAGE_VALIDATOR' } },
  changeUserEmail: {
    path: { id: SAMPLE.storageValidator },
    body: { email: 'storage_validator@example.com', current_password: PASSWORD },
  },
  resetUserPassword: { path: { id: SAMPLE.storageValidator }, body: { password: PASSWORD } },
  createOrganisation: {
    body: {
      name: 'Example Energy',
      business_id: 'SC123456',
      email: 'office@example.com',
      website: 'https://example.com',
      address: '1 Harbour Road, Aberdeen',
    },
  },
  updateOrganisation: { path: { id: 1 }, body: { address: '2 Harbour Road, Aberdeen' } },
  createAccount: { body: { account_name: 'Example Account', timezone: 'Europe/London' } },
  updateAccount: { path: { id: SAMPLE.otherAccount }, body: { timezone: 'Europe/Paris' } },
  updateAccountWhitelist: {
    path: { id: SAMPLE.account },
    body: { add_to_whitelist: [SAMPLE.otherAccount] },
  },
  createDevice: {
    body: {
      device_name: 'Example Wind Farm',
      local_device_identifier: 'EXAMPLE-1',
      grid: 'National Grid',
      energy_source: 'wind',
      technology_type: 'wind_turbine',
      operational_date: '2020-01-01T00:00:00Z',
      power_mw: 50,
      peak_demand: 0.5,
      location: '57.2278, -1.9797',
      is_storage: false,
      granularity_minutes: 60,
      account_id: SAMPLE.account,
    },
  },
  updateDevice: { path: { id: SAMPLE.device }, body: { location: '57.2278, -1.9797' } },
  createMeasurement: {
    body: {
      device_id: SAMPLE.device,
      interval_start_datetime: interval.start,
      interval_end_datetime: interval.end,
      interval_usage: 12_500_000,
      gross_net_indicator: 'NET',
    },
  },
  updateMeasurement: { path: { id: 1 }, body: { interval_usage: 12_400_000 } },
  createIssuanceMetadata: {
    body: {
      country_of_issuance: 'GB',
      connected_grid_identification: 'NESO',
      issuing_body: 'Ofgem',
      legal_status: 'Voluntary',
      issuance_purpose: 'Disclosure',
      issue_market_zone: 'GB',
    },
  },
  createCertificates: {
    body: {
      device_id: SAMPLE.device,
      metadata_id: SAMPLE.metadata,
      production_starting_interval: interval.start,
      production_ending_interval: interval.end,
      bundle_quantity: 12_500_000,
    },
  },
  queryCertificates: { body: { ...filter, limit: 10 } },
  queryFullCertificates: { body: { ...filter, limit: 10 } },
  transferCertificates: onBundle(101, {
    target_id: SAMPLE.otherAccount,
    certificate_bundle_percentage: 0.5,
  }),
  cancelCertificates: onBundle(102, { beneficiary: 'The school at the harbour' }),
  claimCertificates: onBundle(102),
  reserveCertificates: onBundle(103),
  unreserveCertificates: onBundle(103),
  lockCertificates: onBundle(104, { reason: 'The meter is being examined' }),
  unlockCertificates: onBundle(104, { reason: 'The meter works correctly' }),
  withdrawCertificates: onBundle(105, { reason: 'The meter was misread' }),
  createRecurringTransfer: {
    body: { ...filter, target_id: SAMPLE.otherAccount, ...schedule },
  },
  createRecurringCancel: {
    body: { ...filter, beneficiary: 'The school at the harbour', ...schedule },
  },
  requestEmailChange: { body: { email: 'admin_user@example.com', current_password: PASSWORD } },
  changePassword: { body: { current_password: PASSWORD, new_password: PASSWORD } },
};
