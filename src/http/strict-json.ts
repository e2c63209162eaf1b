/** Far deeper than any body of this API, and far from where recursion ends. */
const DEEPEST = 64;

/**
 * What makes JSON unfit to act on although it can be parsed, or `undefined`: an object with a name twice, which two
 * readers may understand differently (RFC 7493, 2.3), or nesting without end. `value` is what `text` parsed to.
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

/** Names in all objects, and levels of nesting; it looks no deeper than it must, level by level, without recursion. */
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
