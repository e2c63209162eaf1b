const EVERY_MS = 1_000;

/** Passes the first line on at once, and later ones at most once a second. */
export function atMostOnceASecond(report: (line: string) => void): (line: string) => void {
  let reportedAt = -Infinity;
  return (line) => {
    if (performance.now() - reportedAt < EVERY_MS) return;
    reportedAt = performance.now();
    report(line);
  };
}
