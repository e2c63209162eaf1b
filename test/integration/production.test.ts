import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { sql } from 'drizzle-orm';
import { expect } from 'vitest';
import { hashPassword } from '../../src/authentication/index.ts';
import { ConfigError, SAMPLE_PASSWORD } from '../../src/config.ts';
import { startRegistry } from '../../src/start.ts';
import { testWithOwnRegistry as baseTest } from '../harness/fixtures.ts';
import { ended } from '../harness/program.ts';
import type { TestRegistry } from '../harness/registry.ts';

const test = baseTest.extend('settings', { scope: 'file' }, { NODE_ENV: 'production', PORT: '0' });

/** A sample user, as `make db.seed` makes it. */
async function aSampleUser(registry: TestRegistry, password: string): Promise<void> {
  const passwordHash = await hashPassword(password);
  await registry.database.transact({ userId: null, requestId: null }, async (tx) => {
    const [user] = await tx.execute<{ id: number }>(sql`
      INSERT INTO registry_user (name, email, role) VALUES ('Admin User', 'admin_user@usermail.com', 'ADMIN') RETURNING id`);
    await tx.execute(
      sql`INSERT INTO credential (user_id, password_hash) VALUES (${user?.id}, ${passwordHash})`,
    );
  });
}

test('production does not start with the settings of the example, and names each setting to change', async () => {
  const example = parseEnv(await readFile('.env.example', 'utf8'));
  const env = { PATH: process.env.PATH, NODE_ENV: 'production', PORT: '0', ...example };
  const { code, output } = await ended(process.execPath, ['--import', 'tsx', 'src/main.ts'], { env });
  expect(code).toBe(2);
  expect(output.trim()).toBe(
    `Configuration: ${[
      'JWT_SECRET_KEY must be set in production',
      'DATABASE_OWNER_URL must not contain a password of .env.example in production',
      'DATABASE_WRITE_URL must not contain a password of .env.example in production',
      'DATABASE_READ_URLS must not contain a password of .env.example in production',
    ].join('; ')}`,
  );
});

const start = (registry: TestRegistry) => startRegistry(registry.config, registry.app.log);

test('production does not start with a sample user that has the published password', async ({ registry }) => {
  await aSampleUser(registry, SAMPLE_PASSWORD);
  await expect(start(registry)).rejects.toThrow(ConfigError);
  await expect(start(registry)).rejects.toThrow(/user \d+ has the sample password/);
});

test('production starts once that user has another password, or is deleted', async ({ registry }) => {
  await aSampleUser(registry, 'another password, known to one');
  await (await start(registry)).stop();
  await registry.primary.query('UPDATE registry_user SET deleted_at = now()');
  await aSampleUser(registry, SAMPLE_PASSWORD);
  await registry.primary.query('UPDATE registry_user SET deleted_at = now() WHERE deleted_at IS NULL');
  await (await start(registry)).stop();
});
