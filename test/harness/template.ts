import { migrate } from '../../src/database/migrate.ts';
import { atDatabase, type ClusterUrls, databaseOf, READ_USER, WRITE_USER } from './urls.ts';

/** Migrates the template to the newest schema, with the roles of the test registries. */
export async function migrateTemplate({ primary }: ClusterUrls): Promise<void> {
  const template = databaseOf(primary);
  await migrate({
    ownerUrl: primary,
    writeUrl: atDatabase(primary, template, WRITE_USER),
    readUrls: [atDatabase(primary, template, READ_USER)],
  });
}
