import { z } from 'zod';
import { Anchor } from '../anchor/index.ts';
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

export const JournalHead = z
  .object({
    position: count.nullable().meta({ description: 'Position of the last event; null if there is none' }),
    hash: z.string().nullable().meta({ description: 'Hash of the last event, in hexadecimal' }),
    anchor: Anchor.nullable().meta({
      description: 'The last anchor, which may be older than the last event; null if none has been signed',
    }),
  })
  .meta({ id: 'JournalHead' });

export const JournalVerification = z
  .object({
    verified: count.meta({ description: 'Number of events verified' }),
    compared: count.nullable().meta({
      description:
        'Number of those events that were compared with EventStoreDB; `null` if it is not configured',
    }),
    places: z
      .array(
        z.object({
          name: z.string().meta({ examples: ['the directory'] }),
          anchors: count.meta({ description: 'Number of its anchors' }),
        }),
      )
      .nullable()
      .meta({ description: 'Places whose anchors were verified; `null` without keys' }),
    difference: z.string().nullable(),
  })
  .meta({ id: 'JournalVerification' });
