import { recordIssuancePolicy } from '../database/issuance-policy.ts';
import { MigrationTimedOut, migrate } from '../database/migrate.ts';
import { runProgram } from '../program.ts';
import { readMigrationConfig } from './migration-urls.ts';

/**
 * Migrates the database and records the issuance policy of the settings. Prints the name of each migration that it applied, the
 * warnings of the migrations, and whether the policy has changed.
 */
runProgram(
  async () => {
    const warnings: string[] = [];
    const { config, urls } = readMigrationConfig();
    const applied = await migrate(urls, undefined, (warning) => warnings.push(warning));
    const lines = applied.map((name) => `Applied migration ${name}.`);
    if (await recordIssuancePolicy(urls.ownerUrl, config)) {
      const { CAPACITY_MARGIN: margin, CERTIFICATE_EXPIRY_YEARS: years } = config;
      lines.push(
        `Recorded CAPACITY_MARGIN ${margin} and CERTIFICATE_EXPIRY_YEARS ${years} for new issuances.`,
      );
    }
    const result =
      lines.length > 0 ? 'The schema is up to date.' : 'Nothing to do: the schema is up to date.';
    process.stdout.write(
      `${[...warnings.map((warning) => `Warning: ${warning}`), ...lines, result].join('\n')}\n`,
    );
  },
  { negative: [MigrationTimedOut] },
);
