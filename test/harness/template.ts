import { migrate } from '../../src/database/migrate.ts';
import { atDatabase, type ClusterUrls, databaseOf, READ_USER, WRITE_USER } from './urls.ts';

/** Brings the template to the newest schema, with the roles that the registries of tests work as. */
export async function migrateTemplate({ primary }: ClusterUrls): Promise<void> {
  const template = databaseOf(primary);
  await migrate({
    ownerUrl: primary,
    writeUrl: atDatabase(primary, template, WRITE_USER),
    readUrls: [atDatabase(primary, template, READ_USER)],
  });
}
