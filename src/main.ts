import { readConfig } from './config.ts';
import { loadEnvironment } from './environment.ts';
import { makeLog } from './log.ts';
import { runProgram } from './program.ts';
import { stopOnSignal } from './shutdown.ts';
import { startRegistry } from './start.ts';

runProgram(async () => {
  const config = readConfig(loadEnvironment());
  const log = makeLog(config);
  const registry = await startRegistry(config, log);
  stopOnSignal(registry.stop, (line) => log.info(line));
});
