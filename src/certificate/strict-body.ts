import { z } from 'zod';

/*
 * An action cannot be taken back. So a field that nobody knows is refused and not ignored: it may be `quantity` for
 * `certificate_quantity`, and then all was cancelled where a part was meant.
 */

const isObject = (body: unknown): body is object =>
  typeof body === 'object' && body !== null && !Array.isArray(body);

/**
 * What older clients send with every action, whichever it is: what is another action's business, and times that the
 * registry's own clock tells.
 */
const OF_ANY_ACTION: readonly string[] = [
  'target_id',
  'beneficiary',
  'reason',
  'action_request_datetime',
  'action_completed_datetime',
];

/**
 * The body of an action: the fields of `schema` and no others. A field that is `null` says nothing, whatever its name, and
 * what other actions take is not looked at.
 */
export const strictBody = <S extends z.ZodRawShape>(schema: z.ZodObject<S>) =>
  z.preprocess((body) => {
    if (!isObject(body)) return body;
    const said = Object.entries(body).filter(
      ([name, value]) => value !== null && (name in schema.shape || !OF_ANY_ACTION.includes(name)),
    );
    return Object.fromEntries(said);
  }, schema.strict());

const folded = (name: string) => name.replaceAll(/[-_]/g, '').toLowerCase();

/**
 * A body that older clients send with fields of the registry's own, which are ignored. Refused are names that stand for
 * one of `schema` in another spelling, and a wish for a dry run, which there is none of.
 */
export const tolerantBody = <S extends z.ZodRawShape>(schema: z.ZodObject<S>) =>
  z.preprocess((body, context) => {
    if (!isObject(body)) return body;
    const known = new Map([...Object.keys(schema.shape), 'dry_run'].map((name) => [folded(name), name]));
    for (const name of Object.keys(body)) {
      const meant = known.get(folded(name));
      if (meant === undefined || name in schema.shape) continue;
      const message = meant === 'dry_run' ? 'there is no dry run of this' : `is not known here: ${meant} is`;
      context.issues.push({ code: 'custom', path: [name], message, input: body });
    }
    return body;
  }, schema);
