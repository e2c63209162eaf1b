import type { z } from 'zod';

/** What a value must be, after the name of its field: "certificate_quantity must be a whole number". */
const TYPES: Readonly<Record<string, string>> = {
  array: 'must be a list',
  boolean: 'must be true or false',
  int: 'must be a whole number',
  number: 'must be a number',
  object: 'must be an object',
  record: 'must be an object',
  string: 'must be text',
};

const UNITS: Readonly<Record<string, string>> = { array: 'items', string: 'characters' };

/**
 * The messages of the schemas, unless a schema has its own. Each continues the name of a field to a sentence, because clients
 * show the first one as the `detail` of the answer (rule API-14).
 */
export function fieldMessage(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : (TYPES[issue.expected] ?? 'has the wrong type');
    case 'invalid_value':
      if (issue.input === undefined) return 'is required';
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'too_small':
      return bound('at least', issue.origin, issue.minimum, issue.inclusive);
    case 'too_big':
      return bound('at most', issue.origin, issue.maximum, issue.inclusive);
    case 'invalid_format':
      return `must be a valid ${issue.format === 'regex' ? 'value' : issue.format}`;
    case 'invalid_union':
      // Every union here is a special value, such as the empty text, beside the schema that describes the field.
      return issue.errors.at(-1)?.[0]?.message ?? 'is not valid';
    default:
      return 'is not valid';
  }
}

function bound(
  word: 'at least' | 'at most',
  origin: string,
  limit: number | bigint,
  inclusive: boolean | undefined,
): string {
  const unit = UNITS[origin];
  if (unit === undefined) {
    const exclusive = word === 'at least' ? 'greater than' : 'less than';
    return `must be ${inclusive === false ? exclusive : word} ${limit}`;
  }
  return word === 'at least' && limit === 1 ? 'must not be empty' : `must have ${word} ${limit} ${unit}`;
}
