/** Time limit of a clean stop. After it the process exits with code 1. */
const STOP_TIMEOUT_MS = 10_000;

/** Calls `stop` on the first SIGINT or SIGTERM. A second signal or the time limit ends the process at once. */
export function stopOnSignal(stop: () => Promise<void>, report: (line: string) => void): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1);
    stopping = true;
    report(`${signal}: stopping`);
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        report(`could not stop: ${error instanceof Error ? error.message : String(error)}`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}
