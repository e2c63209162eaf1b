import { ConfigError } from '../config.ts';
import { recordIssuancePolicy } from '../database/issuance-policy.ts';
import { reset } from '../database/migrate.ts';
import { runProgram } from '../program.ts';
import { readMigrationConfig } from './migration-urls.ts';

runProgram(async () => {
  const { config, urls } = readMigrationConfig();
  if (config.NODE_ENV === 'production') throw new ConfigError('A production database is never reset.');
  await reset(urls);
  await recordIssuancePolicy(urls.ownerUrl, config);
  process.stdout.write('The database is empty, with the newest schema.\n');
});
