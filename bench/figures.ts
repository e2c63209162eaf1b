export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[middle - 1] ?? 0, sorted[middle] ?? 0];
  return sorted.length % 2 === 0 ? (low + high) / 2 : high;
}

/** The milliseconds that each call took, one after the other. */
export async function timesOf<T>(works: readonly T[], run: (work: T) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (const work of works) {
    const start = performance.now();
    await run(work);
    times.push(performance.now() - start);
  }
  return times;
}
