import { migrate } from '../database/migrate.ts';
import { runProgram } from '../program.ts';
import { readMigrationConfig } from './migration-urls.ts';

/** Migrates the database and prints the name of each migration that it applied. */
runProgram(async () => {
  const applied = await migrate(readMigrationConfig().urls);
  const lines = applied.map((name) => `Applied migration ${name}.`);
  const result =
    applied.length > 0 ? 'The schema is up to date.' : 'Nothing to do: the schema is up to date.';
  process.stdout.write(`${[...lines, result].join('\n')}\n`);
});
