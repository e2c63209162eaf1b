import { z } from 'zod';
import { id, idText, instant, instantText, pageQuery, version } from '../operation/schemas.ts';
import { grossNetIndicators } from '../rules/enums.ts';

const usage = z.int().meta({
  description:
    'Net energy over the interval in whole Wh; negative if the device consumed more than it produced',
  examples: [1_000_000],
});

const fields = {
  device_id: id,
  interval_start_datetime: instant,
  interval_end_datetime: instant,
  interval_usage: usage,
  gross_net_indicator: z.enum(grossNetIndicators),
};

export const MeasurementCreate = z
  .object({ ...fields, gross_net_indicator: fields.gross_net_indicator.default('NET') })
  .meta({ id: 'MeasurementCreate' });

export const MeasurementUpdate = z
  .object(fields)
  .partial()
  .meta({ id: 'MeasurementUpdate', description: 'The fields to change' });

export const Measurement = z
  .object({
    ...fields,
    id,
    interval_start_datetime: instantText,
    interval_end_datetime: instantText,
    version,
    created_at: instantText,
  })
  .meta({ id: 'Measurement' });

export const measurementListQuery = pageQuery.extend({
  device_id: idText.optional().meta({ description: 'Return only readings of this device' }),
});
