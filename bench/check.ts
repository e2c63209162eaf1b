import pg from 'pg';
import pino from 'pino';
import { allInvariantGroups, firstViolation } from '../src/certificate/index.ts';
import { noLimits } from '../src/database/time-limits.ts';
import { runProgram } from '../src/program.ts';
import { openConfiguredDatabase } from '../src/start.ts';
import { withCluster } from './embedded.ts';
import { BUNDLES, fill } from './large-registry.ts';

/* How long the check of the whole registry takes: 1 000 000 bundles, half of them from splits, all in order. */

const say = (line: string) => process.stdout.write(`${line}\n`);

/** The target for this number of bundles on an idle machine with two cores. A slower run is reported and does not fail. */
const MOST_SECONDS = 10;

/** Exits with 1 when the check finds a violation or the number of bundles differs: the figure would mean nothing. */
runProgram(() =>
  withCluster(async (cluster, config) => {
    const owner = new pg.Client({ connectionString: cluster.primary.url('registry') });
    await owner.connect();
    const bundles = await fill(owner).finally(() => owner.end());
    const database = await openConfiguredDatabase(config, pino({ level: 'silent' }), { limits: noLimits });
    const start = performance.now();
    const found = await database.readPrimary((one) =>
      database.readPrimary((other) =>
        firstViolation([one.execute, other.execute], allInvariantGroups, (name) =>
          say(`after ${((performance.now() - start) / 1_000).toFixed(2)} s  ${name}`),
        ),
      ),
    );
    const seconds = (performance.now() - start) / 1_000;
    await database.stop();
    const verdict = found ? `violated: ${found.invariant}: ${found.violation}` : 'in order';
    if (bundles !== BUNDLES) say(`Expected ${BUNDLES} bundles.`);
    const judged =
      seconds <= MOST_SECONDS ? `of at most ${MOST_SECONDS} s` : `more than the ${MOST_SECONDS} s promised`;
    say(`${bundles} bundles checked in ${seconds.toFixed(2)} s, ${judged}: ${verdict}`);
    process.exitCode = found === undefined && bundles === BUNDLES ? 0 : 1;
  }),
);
