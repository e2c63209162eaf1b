import { ConfigError, readConfig } from './config.ts';
import { loadEnvironment } from './environment.ts';
import { stopOnSignal } from './shutdown.ts';
import { makeLog, startRegistry } from './start.ts';

async function main(): Promise<void> {
  const config = readConfig(loadEnvironment());
  const log = makeLog(config);
  const registry = await startRegistry(config, log);
  stopOnSignal(registry.stop, (line) => log.info(line));
}

main().catch((error: unknown) => {
  // A setting that is wrong is one clear line; anything else keeps its stack.
  process.stderr.write(
    `${error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exit(1);
});
