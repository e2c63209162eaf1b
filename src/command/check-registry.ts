import { allInvariantGroups, firstViolation } from '../certificate/index.ts';
import { readConfig } from '../config.ts';
import { noLimits } from '../database/time-limits.ts';
import { loadEnvironment } from '../environment.ts';
import { makeLog } from '../log.ts';
import { ExitStatus, runProgram } from '../program.ts';
import { openConfiguredDatabase } from '../start.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Checks all certificates against the rules. Prints the first violation (exit status 1), if there is one. */
runProgram(async () => {
  // Two statements at a time, each on a connection: parts of each run on one processor.
  const config = { ...readConfig(loadEnvironment()), DATABASE_POOL_SIZE: 2 };
  const database = await openConfiguredDatabase(config, makeLog({ ...config, LOG_LEVEL: 'silent' }), {
    limits: noLimits,
  });
  try {
    const found = await database.readPrimary(({ execute }) =>
      firstViolation(
        [execute, execute],
        allInvariantGroups,
        (name) => void process.stderr.write(`  holds: ${name}\n`),
      ),
    );
    if (found) say(`VIOLATED: ${found.invariant}: ${found.violation}`);
    else say('All invariants hold.');
    process.exitCode = found ? ExitStatus.negative : 0;
  } finally {
    await database.stop();
  }
});
