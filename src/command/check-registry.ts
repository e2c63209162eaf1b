import { firstViolation } from '../certificate/index.ts';
import { readConfig } from '../config.ts';
import { loadEnvironment } from '../environment.ts';
import { makeLog } from '../log.ts';
import { runProgram } from '../program.ts';
import { openConfiguredDatabase } from '../start.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Exit code 1 and the first violation by name, or 0. */
runProgram(async () => {
  const config = readConfig(loadEnvironment());
  const database = await openConfiguredDatabase(config, makeLog({ ...config, LOG_LEVEL: 'warn' }));
  try {
    const found = await database.readPrimary(({ execute }) =>
      firstViolation(execute, (name) => say(`  holds: ${name}`)),
    );
    if (found) say(`VIOLATED: ${found.invariant}: ${found.violation}`);
    else say('Every watt-hour is in its place.');
    process.exitCode = found ? 1 : 0;
  } finally {
    await database.stop();
  }
});
