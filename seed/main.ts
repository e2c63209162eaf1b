import { readConfig } from '../src/config.ts';
import { noLimits } from '../src/database/time-limits.ts';
import { loadEnvironment } from '../src/environment.ts';
import { makeLog } from '../src/log.ts';
import { runProgram } from '../src/program.ts';
import { openConfiguredDatabase } from '../src/start.ts';
import { seedSampleRegistry } from './sample-registry.ts';
import { SeedError } from './seed-error.ts';

runProgram(
  async () => {
    const config = readConfig(loadEnvironment());
    const database = await openConfiguredDatabase(config, makeLog({ ...config, LOG_LEVEL: 'warn' }), {
      limits: noLimits,
    });
    try {
      const report = (line: string) => process.stdout.write(`${line}\n`);
      await seedSampleRegistry({ database, config, today: new Date(), report });
    } finally {
      await database.stop();
    }
  },
  { negative: [SeedError] },
);
