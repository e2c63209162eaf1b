import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { fieldMessage } from './field-message.ts';
import { MOST_FIELD_ERRORS } from './problem.ts';

interface Bounds {
  readonly least?: number;
  /** Without it, the bounds of the whole body apply ({@link bodyLimits}). */
  readonly most?: number;
}

/** The items that are read at once: at most that many are read in vain. */
const AT_ONCE = MOST_FIELD_ERRORS;
/** The items that are read in one turn of the event loop. Instants take a microsecond each. */
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
    .transform(async (value, context): Promise<z.output<Item>[]> => {
      const size = { origin: 'array', inclusive: true, input: value } as const;
      if (!Array.isArray(value)) context.addIssue({ code: 'invalid_type', expected: 'array', input: value });
      else if (value.length < least) context.addIssue({ code: 'too_small', minimum: least, ...size });
      else if (value.length > most) context.addIssue({ code: 'too_big', maximum: most, ...size });
      else return readItems(few, value, context);
      return z.NEVER;
    })
    .meta(describe(few, bounds));
}

async function readItems<Item extends z.ZodType>(
  few: z.ZodArray<Item>,
  values: readonly unknown[],
  context: z.RefinementCtx,
): Promise<z.output<Item>[]> {
  const items: z.output<Item>[] = [];
  for (let start = 0; start < values.length && context.issues.length < MOST_FIELD_ERRORS; start += AT_ONCE) {
    if (start > 0 && start % IN_A_TURN === 0) await nextTurn();
    const { data, error } = few.safeParse(values.slice(start, start + AT_ONCE), { error: fieldMessage });
    if (data) items.push(...data);
    for (const issue of error?.issues ?? []) {
      const [index, ...inside] = issue.path;
      context.addIssue({ ...issue, path: [start + Number(index), ...inside] });
    }
  }
  return items;
}

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
