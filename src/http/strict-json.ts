/**
 * Whether an object has a name twice, which parsers read differently (RFC 7493, 2.3). `value` is the parsed text, in which
 * `namesWritten` names were written; of a name that was written twice, the parser kept one.
 */
export function hasDuplicateNames(value: unknown, namesWritten: number): boolean {
  // Most bodies are one object without others in it.
  if (isContainer(value) && namesOf(value) === namesWritten) return false;
  let names = 0;
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (!isContainer(next)) continue;
    names += namesOf(next);
    for (const inner of Object.values(next)) if (isContainer(inner)) left.push(inner);
  }
  return names < namesWritten;
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;

const namesOf = (container: object) => (Array.isArray(container) ? 0 : Object.keys(container).length);
