/** Fields that older clients send and that an operation accepts although it does not know them. */
export interface OlderClientFields {
  readonly ignored?: readonly string[];
  /** From the earlier name of a field to its current name, which takes precedence if both are sent. */
  readonly renamed?: Readonly<Record<string, string>>;
}

/** All such fields, by request. Any other unknown field is refused. */
export const olderClients = {
  /** OAuth 2.0 clients send these with the password and the refresh token (RFC 6749, 4.3.2 and 6). */
  oauth: { ignored: ['grant_type', 'scope', 'client_id', 'client_secret'] },
  entity: { ignored: ['is_deleted'] },
  device: { ignored: ['is_deleted', 'meter_data_id', 'fuel_source'], renamed: { capacity: 'power_mw' } },
  /** Fields of other actions, and times that the registry's own clock sets. */
  action: {
    ignored: ['target_id', 'beneficiary', 'reason', 'action_request_datetime', 'action_completed_datetime'],
  },
  /** Fields of a bundle that the registry sets itself. */
  issuance: {
    ignored: [
      'id',
      'issuance_id',
      'hash',
      'certificate_bundle_status',
      'account_id',
      'certificate_bundle_id_range_start',
      'certificate_bundle_id_range_end',
      'beneficiary',
      'face_value',
      'issuance_datestamp',
      'expiry_datestamp',
      'registry_configuration',
      'is_storage',
      'allocated_storage_record_id',
      'sdr_allocation_id',
      'storage_efficiency_factor',
      'parent_id',
      'created_at',
      'is_deleted',
    ],
  },
} as const satisfies Readonly<Record<string, OlderClientFields>>;
