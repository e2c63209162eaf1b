import { migrate } from '../database/migrate.ts';
import { runProgram } from '../program.ts';
import { readMigrationConfig } from './migration-urls.ts';

runProgram(async () => {
  await migrate(readMigrationConfig().urls);
  process.stdout.write('The schema is up to date.\n');
});
