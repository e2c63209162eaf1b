import { z } from 'zod';

/*
 * An action cannot be undone, so unknown fields are refused, not ignored: `quantity` instead of `certificate_quantity` would
 * cancel whole bundles instead of a part.
 */

const isObject = (body: unknown): body is object =>
  typeof body === 'object' && body !== null && !Array.isArray(body);

/**
 * Fields that older clients send with every action: fields of other actions, and times that the registry sets.
 */
const OF_ANY_ACTION: readonly string[] = [
  'target_id',
  'beneficiary',
  'reason',
  'action_request_datetime',
  'action_completed_datetime',
];

/**
 * The body of an action: the fields of `schema` and no others. A field that is `null` counts as missing, and fields of other
 * actions are ignored.
 */
export const strictBody = <S extends z.ZodRawShape>(schema: z.ZodObject<S>) =>
  z.preprocess((body) => {
    if (!isObject(body)) return body;
    const given = Object.entries(body).filter(
      ([name, value]) => value !== null && (name in schema.shape || !OF_ANY_ACTION.includes(name)),
    );
    return Object.fromEntries(given);
  }, schema.strict());

const folded = (name: string) => name.replaceAll(/[-_]/g, '').toLowerCase();

/**
 * A body that older clients send with fields that the registry sets, which are ignored. Misspelt names of fields of `schema`
 * are refused, and so is `dry_run`, which this operation does not support.
 */
export const tolerantBody = <S extends z.ZodRawShape>(schema: z.ZodObject<S>) =>
  z.preprocess((body, context) => {
    if (!isObject(body)) return body;
    const known = new Map([...Object.keys(schema.shape), 'dry_run'].map((name) => [folded(name), name]));
    for (const name of Object.keys(body)) {
      const meant = known.get(folded(name));
      if (meant === undefined || name in schema.shape) continue;
      const message =
        meant === 'dry_run' ? 'is not supported by this operation' : `is not a known field; use ${meant}`;
      context.issues.push({ code: 'custom', path: [name], message, input: body });
    }
    return body;
  }, schema);
