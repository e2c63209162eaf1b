import { migrate } from '../database/migrate.ts';
import { runProgram } from '../program.ts';
import { readMigrationConfig } from './migration-urls.ts';

/** Migrates the database and prints the name of each migration that it applied, and the warnings of the migrations. */
runProgram(async () => {
  const warnings: string[] = [];
  const applied = await migrate(readMigrationConfig().urls, undefined, (warning) => warnings.push(warning));
  const lines = applied.map((name) => `Applied migration ${name}.`);
  const result =
    applied.length > 0 ? 'The schema is up to date.' : 'Nothing to do: the schema is up to date.';
  process.stdout.write(
    `${[...warnings.map((warning) => `Warning: ${warning}`), ...lines, result].join('\n')}\n`,
  );
});
