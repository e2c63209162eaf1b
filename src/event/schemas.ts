import { z } from 'zod';
import { count, id, instantText } from '../operation/schemas.ts';

const attributes = z.record(z.string(), z.unknown()).nullable();

export const Event = z
  .object({
    position: count.meta({ description: 'Position among all events, starting at 0 without gaps' }),
    hash: z.string().meta({ description: 'SHA-256 of the previous hash and the event, in hexadecimal' }),
    event_id: z.uuid(),
    event_type: z.enum(['CREATE', 'UPDATE', 'DELETE']),
    entity_name: z.string(),
    entity_id: z.int().positive(),
    parent_entity_id: z
      .int()
      .positive()
      .nullable()
      .meta({ description: 'Parent of a bundle that was created by a split' }),
    attributes_before: attributes.meta({
      description: 'For UPDATE, the previous values of the changed attributes',
    }),
    attributes_after: attributes.meta({
      description: 'For CREATE, all attributes; for UPDATE, the new values of the changed attributes',
    }),
    actor_id: id.nullable(),
    action_id: id.nullable(),
    request_id: z.string().nullable(),
    recorded_at: instantText,
  })
  .meta({ id: 'Event' });

const MAX_EVENTS = 1_000;

export const EventQuery = z.object({
  after: z
    .string()
    .regex(/^\d{1,15}$/, 'must be a position')
    .transform(Number)
    .optional()
    .meta({ description: 'Return only events after this position' }),
  limit: z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(1).max(MAX_EVENTS))
    .default(100)
    .meta({ description: `Maximum number of events to return, up to ${MAX_EVENTS}` }),
  entity_name: z
    .string()
    .regex(/^[a-z_]{1,63}$/, 'must be the name of an entity, such as bundle')
    .optional(),
  entity_id: z
    .string()
    .regex(/^[1-9]\d{0,15}$/, 'must be a positive integer')
    .transform(Number)
    .pipe(id)
    .optional(),
});
