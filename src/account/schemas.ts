import { z } from 'zod';
import { list } from '../operation/list-schema.ts';
import { count, id, instantText, KEPT_IN_CLEAR, name, quantity, version } from '../operation/schemas.ts';
import { isTimeZone } from '../rules/instant.ts';

const ids = (least = 0) => list(id, { least, most: 1_000 });

const timezone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'must be an IANA time zone name, such as Europe/London')
  .meta({ examples: ['Europe/London'] });

const discoverable = z
  .boolean()
  .meta({ description: 'Whether every user finds the account and its name in the directory' });

export const AccountCreate = z
  .object({
    account_name: name().meta({ description: KEPT_IN_CLEAR, examples: ['Example Account'] }),
    user_ids: ids().default([]).meta({ description: 'Users of the account, in addition to its creator' }),
    account_whitelist: ids().optional().meta({ description: 'Accounts from which it accepts transfers' }),
    timezone: timezone.optional(),
    discoverable: discoverable.optional(),
  })
  .meta({ id: 'AccountCreate' });

export const AccountUpdate = z
  .object({
    account_name: name().optional().meta({ description: KEPT_IN_CLEAR }),
    user_ids: ids(1).optional(),
    timezone: timezone.optional(),
    discoverable: discoverable.optional(),
  })
  .meta({ id: 'AccountUpdate' });

export const WhitelistUpdate = z
  .object({ add_to_whitelist: ids().optional(), remove_from_whitelist: ids().optional() })
  .meta({
    id: 'WhitelistUpdate',
    description: 'The accounts to add to the whitelist and to remove from it.',
  });

export const Account = z
  .object({
    id,
    account_name: z.string(),
    user_ids: z.array(id),
    account_whitelist: z.array(id),
    timezone: z.string(),
    discoverable,
    version,
    created_at: instantText,
  })
  .meta({ id: 'Account' });

export const NamedAccount = Account.pick({ id: true, account_name: true });

/** An account as users of other accounts see it (rule ACC-11). */
export const AccountReference = z
  .object({
    id,
    account_name: z.string().nullable().meta({
      description:
        '`null` unless the account is in the directory, belongs to the caller, whitelists an account of the caller, or took part in a transfer with one',
    }),
  })
  .meta({ id: 'AccountReference' });

export const AccountSummary = z
  .object({
    id,
    account_name: z.string(),
    num_devices: count,
    num_devices_by_type: z.record(z.string(), count),
    device_capacity_by_type: z.record(z.string(), quantity).meta({ description: 'MW' }),
    num_granular_certificate_bundles: count,
    num_cancelled_granular_certificate_bundles: count,
    total_certificate_energy: count.meta({ description: 'Wh in live bundles' }),
    energy_by_fuel_type: z.record(z.string(), count).meta({ description: 'Wh' }),
    energy_by_status: z.record(z.string(), count).meta({ description: 'Wh' }),
  })
  .meta({ id: 'AccountSummary' });
