import { z } from 'zod';
import {
  accountId,
  clearable,
  EDIT,
  id,
  instant,
  instantText,
  name,
  plainText,
  quantity,
  version,
} from '../operation/schemas.ts';
import { energySources, granularities, technologyTypes } from '../rules/enums.ts';

const MOST_MW = 1_000_000;

const power = z
  .number()
  .min(0)
  .max(MOST_MW)
  .meta({ description: 'Power in MW', examples: [50] });
const location = plainText().meta({ description: 'Latitude and longitude', examples: ['57.2278, -1.9797'] });

const fields = {
  device_name: plainText().meta({ examples: ['Aberdeen Offshore Wind Farm'] }),
  local_device_identifier: name()
    .optional()
    .meta({
      description:
        'Unique within its grid, regardless of case and of characters that look alike. Certificates are issued only for devices with an identifier',
      examples: ['T_ABRBO-1'],
    }),
  grid: name().meta({ examples: ['National Grid'] }),
  energy_source: z.enum(energySources),
  technology_type: z.enum(technologyTypes),
  operational_date: instant,
  power_mw: power,
  energy_mwh: z
    .number()
    .min(0)
    .max(MOST_MW)
    .optional()
    .meta({ description: 'Energy capacity of a storage device, in MWh' }),
  peak_demand: z
    .number()
    .min(0)
    .max(MOST_MW)
    .meta({ description: 'Peak demand in MW', examples: [0] }),
  location,
  is_storage: z.boolean(),
  granularity_minutes: z
    .literal([...granularities])
    .meta({ description: 'Length of its certificate intervals, in minutes' }),
  account_id: accountId,
};

export const DeviceCreate = z
  .object({ ...fields, granularity_minutes: fields.granularity_minutes.default(60) })
  .meta({ id: 'DeviceCreate' });

export const DeviceUpdate = z
  .object({
    ...fields,
    local_device_identifier: clearable(fields.local_device_identifier.unwrap()).meta(
      fields.local_device_identifier.meta() ?? {},
    ),
    energy_mwh: clearable(fields.energy_mwh.unwrap()).meta(fields.energy_mwh.meta() ?? {}),
  })
  .partial()
  .meta({ id: 'DeviceUpdate', description: EDIT });

export const Device = z
  .object({
    ...fields,
    id,
    device_name: z.string(),
    local_device_identifier: z.string().nullable(),
    grid: z.string(),
    operational_date: instantText,
    power_mw: quantity,
    energy_mwh: quantity.nullable(),
    peak_demand: quantity,
    location: z.string(),
    granularity_minutes: z.int().min(5).max(60),
    version,
    created_at: instantText,
  })
  .meta({ id: 'Device' });

export const CertificateDevice = Device.extend({
  account_id: id.nullable().meta({ description: '`null` if the caller has no access to the account' }),
}).meta({ id: 'CertificateDevice' });
