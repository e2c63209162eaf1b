import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { fieldMessage } from './field-message.ts';
import { MOST_FIELD_ERRORS } from './problem.ts';

interface Bounds {
  readonly least?: number;
  /** Without it, the bounds of the whole body apply ({@link bodyLimits}). */
  readonly most?: number;
}

/** The items that are read at once. After the last fault that is reported, at most that many more are read. */
const AT_ONCE = MOST_FIELD_ERRORS;
/** The items that are read in one turn of the event loop: instants take a microsecond each. */
const IN_A_TURN = 1_000;

/**
 * An array in a body, like `z.array`, of any length without a long turn of the event loop: it checks the length before the
 * items, reads these in several turns, and stops when it has found as many wrong ones as a problem names. Parse a schema that
 * contains it with `parseAsync` or `safeParseAsync`.
 */
export function list<Item extends z.ZodType>(item: Item, bounds: Bounds = {}) {
  const { least = 0, most = Number.POSITIVE_INFINITY } = bounds;
  const few = z.array(item);
  return z
    .unknown()
    .transform((value, context): Items<Item> | Promise<Items<Item>> => {
      const size = { origin: 'array', inclusive: true, input: value } as const;
      if (!Array.isArray(value)) context.addIssue({ code: 'invalid_type', expected: 'array', input: value });
      else if (value.length < least) context.addIssue({ code: 'too_small', minimum: least, ...size });
      else if (value.length > most) context.addIssue({ code: 'too_big', maximum: most, ...size });
      else if (value.length <= IN_A_TURN) return readItems(few, value, context);
      else return readInTurns(few, value, context);
      return z.NEVER;
    })
    .meta(describe(few, bounds));
}

type Items<Item extends z.ZodType> = z.output<Item>[];

async function readInTurns<Item extends z.ZodType>(
  few: z.ZodArray<Item>,
  values: readonly unknown[],
  context: z.RefinementCtx,
): Promise<Items<Item>> {
  const items: Items<Item> = [];
  for (let start = 0; start < values.length && isReading(context); start += IN_A_TURN) {
    if (start > 0) await nextTurn();
    items.push(...readItems(few, values.slice(start, start + IN_A_TURN), context, start));
  }
  return items;
}

/** `first`: the index of the first of the values in the list. */
function readItems<Item extends z.ZodType>(
  few: z.ZodArray<Item>,
  values: readonly unknown[],
  context: z.RefinementCtx,
  first = 0,
): Items<Item> {
  const items: Items<Item> = [];
  for (let start = 0; start < values.length && isReading(context); start += AT_ONCE) {
    const { data, error } = few.safeParse(values.slice(start, start + AT_ONCE), { error: fieldMessage });
    if (data) items.push(...data);
    for (const issue of error?.issues ?? []) {
      const [index, ...inside] = issue.path;
      context.addIssue({ ...issue, path: [first + start + Number(index), ...inside] });
    }
  }
  return items;
}

const isReading = ({ issues }: z.RefinementCtx) => issues.length < MOST_FIELD_ERRORS;

/** As `z.array` is described in the OpenAPI document. */
function describe(schema: z.ZodArray, { least, most }: Bounds): Record<string, unknown> {
  const bounded = schema.min(least ?? 0).max(most ?? Number.MAX_SAFE_INTEGER);
  const {
    $schema: _,
    minItems,
    maxItems,
    ...described
  } = z.toJSONSchema(bounded, {
    io: 'input',
    unrepresentable: 'any',
  });
  return { ...described, ...(least ? { minItems } : {}), ...(most ? { maxItems } : {}) };
}
