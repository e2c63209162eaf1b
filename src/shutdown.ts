/** Past this, a stop is no longer clean: whatever still holds on is left behind. */
const STOP_TIMEOUT_MS = 10_000;

/** Stops once, on the first SIGINT or SIGTERM; a second signal, or lost patience, ends the process at once. */
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
        report(`the stop failed: ${error instanceof Error ? error.message : String(error)}`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}
