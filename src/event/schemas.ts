import { z } from 'zod';
import { count, id, instantText } from '../operation/schemas.ts';

const attributes = z.record(z.string(), z.unknown()).nullable();

export const Event = z
  .object({
    position: count.meta({ description: 'Its place among all events, from 0 without a gap' }),
    hash: z.string().meta({ description: 'sha256 over the hash before it and the event, in hex' }),
    event_id: z.uuid(),
    event_type: z.enum(['CREATE', 'UPDATE', 'DELETE']),
    entity_name: z.string(),
    entity_id: z.int().positive(),
    parent_entity_id: z
      .int()
      .positive()
      .nullable()
      .meta({ description: 'Of the child of a split: its parent' }),
    attributes_before: attributes.meta({ description: 'Of an UPDATE: what changed, as it was' }),
    attributes_after: attributes.meta({ description: 'Of a CREATE: all; of an UPDATE: what changed' }),
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
    .meta({ description: 'Only events past this position' }),
  limit: z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(1).max(MAX_EVENTS))
    .default(100)
    .meta({ description: `Events on a page, at most ${MAX_EVENTS}` }),
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
