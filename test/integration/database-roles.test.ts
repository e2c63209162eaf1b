import pg from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { migrate } from '../../src/database/migrate.ts';
import { startJournal } from '../../src/journal/index.ts';
import { anEmptyDatabase } from '../harness/empty-database.ts';
import { atDatabase, READ_USER, WRITE_USER } from '../harness/urls.ts';
import { NO_PRIVILEGE, refusalOf } from './database-rejections.ts';

test('all roles lose temporary tables and the right to create in the schema, also after a restore or a grant', async () => {
  const { owner, ...urls } = await anEmptyDatabase();
  await owner.query('GRANT CREATE ON SCHEMA public TO PUBLIC');
  await migrate(urls);
  const app = new pg.Pool({ connectionString: urls.writeUrl, max: 1 });
  onTestFinished(() => app.end());
  app.on('error', () => undefined);
  expect(await refusalOf(app, 'CREATE TEMPORARY TABLE own (id int)')).toBe(NO_PRIVILEGE);
  expect(await refusalOf(app, 'CREATE TABLE own (id int)')).toBe(NO_PRIVILEGE);
});

test('the roles of the application leave connections for the owner, migrations and monitoring', async () => {
  const { owner, ...urls } = await anEmptyDatabase();
  await migrate(urls);
  const { rows } = await owner.query(
    `SELECT rolname, rolconnlimit, current_setting('max_connections')::int AS most FROM pg_roles WHERE rolname = ANY ($1)`,
    [[WRITE_USER.name, READ_USER.name]],
  );
  expect(rows).toHaveLength(2);
  for (const { rolconnlimit, most } of rows) {
    expect(rolconnlimit).toBeGreaterThan(0);
    expect(rolconnlimit).toBeLessThanOrEqual(most - 10);
  }
});

test('with a separate user for the sequencer, the user that writes cannot assign positions', async () => {
  const { owner, ownerUrl, readUrls } = await anEmptyDatabase();
  const name = new URL(ownerUrl).pathname.slice(1);
  const role = (use: string) => ({ name: `${use}_${name}`, password: 'a-password-of-tests' });
  const [writer, sequencer] = [role('writer'), role('sequencer')];
  const writeUrl = atDatabase(ownerUrl, name, writer);
  const sequencerUrl = atDatabase(ownerUrl, name, sequencer);
  const app = new pg.Pool({ connectionString: writeUrl, max: 1 });
  app.on('error', () => undefined);
  onTestFinished(async () => {
    await app.end();
    for (const each of [writer, sequencer]) {
      await owner.query(`DROP OWNED BY ${each.name}; DROP ROLE ${each.name}`);
    }
  });
  const position = `INSERT INTO journal_position (position, journal_id, hash)
    SELECT 0, min(id), sha256('x') FROM journal HAVING false`;
  await migrate({ ownerUrl, writeUrl, readUrls });
  expect(await refusalOf(app, position)).toBe('nothing was refused');
  await migrate({ ownerUrl, writeUrl, readUrls, sequencerUrl });
  expect(await refusalOf(app, position)).toBe(NO_PRIVILEGE);
  expect(await refusalOf(app, 'SET ROLE registry_sequencer')).toBe(NO_PRIVILEGE);

  await app.query(`INSERT INTO organisation (name) VALUES ('One'), ('Two')`);
  const errors: unknown[] = [];
  const journal = startJournal({ writeUrl: sequencerUrl, onError: (error) => void errors.push(error) });
  onTestFinished(() => journal.stop());
  await vi.waitFor(
    async () => {
      const { rows } = await owner.query('SELECT count(*)::int AS number FROM journal_position');
      expect(rows).toEqual([{ number: 2 }]);
    },
    { timeout: 20_000, interval: 50 },
  );
  expect(errors).toEqual([]);
});
