import { readConfig } from './config.ts';
import { loadEnvironment } from './environment.ts';
import { runProgram } from './program.ts';
import { stopOnSignal } from './shutdown.ts';
import { makeLog, startRegistry } from './start.ts';

runProgram(async () => {
  const config = readConfig(loadEnvironment());
  const log = makeLog(config);
  const registry = await startRegistry(config, log);
  stopOnSignal(registry.stop, (line) => log.info(line));
});
