/** Deeper than any body of this API, and within the limits of recursion. */
const DEEPEST = 64;

/**
 * The reason to refuse JSON that can be parsed, or `undefined`: an object with a name twice, which parsers read differently
 * (RFC 7493, 2.3), or too deep nesting. `value` is the parsed `text`.
 */
export function strictJsonFault(text: string, value: unknown): string | undefined {
  const { names, depth } = measure(value);
  if (depth > DEEPEST) return `The body is nested deeper than ${DEEPEST} levels.`;
  return names < namesWritten(text) ? 'The body has a name twice in an object.' : undefined;
}

/** In valid JSON a string before a colon is a name, and nothing else is. */
function namesWritten(text: string): number {
  let names = 0;
  for (const [, colon] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"\s*(:)?/g)) if (colon) names++;
  return names;
}

/** Counts the names in all objects and the levels of nesting, level by level, without recursion. */
function measure(value: unknown): { names: number; depth: number } {
  let names = 0;
  let depth = 0;
  for (let level = containersAmong([value]); level.length > 0 && depth <= DEEPEST; depth++) {
    for (const container of level) if (!Array.isArray(container)) names += Object.keys(container).length;
    level = level.flatMap((container) => containersAmong(Object.values(container)));
  }
  return { names, depth };
}

function containersAmong(values: readonly unknown[]): object[] {
  return values.filter((value) => typeof value === 'object' && value !== null);
}
