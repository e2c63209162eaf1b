import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, inject } from 'vitest';
import { test } from '../harness/fixtures.ts';
import { ended, environmentOf } from '../harness/program.ts';
import type { TestRegistry } from '../harness/registry.ts';
import { listen } from '../harness/tcp-proxy.ts';

/** How each program handles the addresses of the databases. */

const PROGRAMS = [
  'update-database',
  'verify-journal',
  'replay-journal',
  'check-registry',
  'create-administrator --email ada@example.com --name Ada',
  '../../seed/main',
  // Last, because it empties the database.
  'reset-database',
];

const URLS = ['DATABASE_OWNER_URL', 'DATABASE_WRITE_URL', 'DATABASE_READ_URLS'];

/** Runs a program with each database URL of the registry changed. */
function run(registry: TestRegistry, program: string, change: (url: URL) => string) {
  const env = environmentOf(registry, inject('cluster').primary);
  for (const name of URLS) env[name] = change(new URL(String(env[name])));
  return ended(
    'sh',
    ['-c', `echo 'a password of hers' | node --import tsx src/command/${program.replace(/^\S+/, '$&.ts')}`],
    {
      env,
    },
  );
}

const atPort = (port: number) => (url: URL) => {
  url.port = String(port);
  return url.toString();
};
const withPassword = (password: string) => (url: URL) => {
  url.password = password;
  return url.toString();
};
const inDatabase = (database: string) => (url: URL) => {
  url.pathname = database;
  return url.toString();
};

test.for(PROGRAMS)(
  'a database that is down or never answers ends the program with 3 and one line: %s',
  async (program, { registry, onTestFinished }) => {
    const silent = createServer();
    const port = await listen(silent);
    onTestFinished(() => void silent.close());
    const [refused, unanswered] = await Promise.all([
      run(registry, program, atPort(9)),
      run(registry, program, atPort(port)),
    ]);
    expect(refused.code, refused.output).toBe(3);
    expect(refused.output).toMatch(
      /^The database cannot be reached: connect ECONNREFUSED [^\n]*:9\. Check DATABASE_[^\n]*\n$/,
    );
    expect(unanswered.code, unanswered.output).toBe(3);
    expect(unanswered.output).toMatch(
      /^The database cannot be reached: (time|[^\n]* due to connection timeout)[^\n]*\n$/,
    );
  },
);

test.for([
  ['another password', withPassword('wrong'), /password authentication failed/],
  ['another database', inDatabase('/nowhere'), /database "nowhere" does not exist/],
] as const)('%s ends a program with 3 and one line', async ([_, change, reason], { registry }) => {
  for (const program of ['update-database', 'check-registry']) {
    const { code, output } = await run(registry, program, change);
    expect(code, output).toBe(3);
    expect(output).toMatch(reason);
    expect(output.trim().split('\n')).toHaveLength(1);
  }
});

/** Starts the API with each database URL of the registry changed. Returns its messages once it listens. */
async function messagesOfApi(registry: TestRegistry, change: (url: URL) => string): Promise<string[]> {
  const env = environmentOf(registry, inject('cluster').primary, { PORT: '0' });
  for (const name of URLS) env[name] = change(new URL(String(env[name])));
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], { env });
  const lines: string[] = [];
  child.stdout.on('data', (text) => lines.push(...String(text).trim().split('\n')));
  await expect.poll(() => lines.join('\n'), { timeout: 30_000 }).toContain('Server listening');
  child.kill();
  await once(child, 'exit');
  return lines.map((line) => JSON.parse(line).msg);
}

test('the API starts without its databases, and the log names the settings to check', async ({
  registry,
}) => {
  const messages = await messagesOfApi(registry, atPort(9));
  expect(messages).toContainEqual(
    expect.stringMatching(/^the primary database cannot be reached: check DATABASE_WRITE_URL/),
  );
  expect(messages).toContainEqual(
    expect.stringMatching(/^standby 1 cannot be reached: check DATABASE_READ_URLS/),
  );
});

const withoutHost = ({ username, password, hostname, port, pathname }: URL) =>
  `postgresql://${username}:${password}@${pathname}?host=${hostname}&port=${port}`;

test('the API accepts URLs without a host', async ({ registry }) => {
  expect(await messagesOfApi(registry, withoutHost)).not.toContainEqual(
    expect.stringContaining('cannot be reached'),
  );
});

test.for(PROGRAMS)('the program accepts URLs without a host: %s', async (program, { registry }) => {
  const { code, output } = await run(registry, program, withoutHost);
  expect(code, output).toBe(0);
});
