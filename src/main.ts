import { readConfig } from './config.ts';
import { loadEnvironment } from './environment.ts';
import { makeLog } from './log.ts';
import { runProgram } from './program.ts';
import { stopOnSignal } from './shutdown.ts';
import { startRegistry } from './start.ts';

runProgram(async () => {
  const config = readConfig(loadEnvironment());
  const log = makeLog(config);
  const starting = startRegistry(config, log);
  // Before the start completes: process 1 of a container ignores signals without a handler.
  stopOnSignal(
    async () => (await starting).stop(),
    (line) => log.info(line),
  );
  await starting;
});
