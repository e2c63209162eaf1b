import { expect, inject } from 'vitest';
import { test } from '../harness/fixtures.ts';
import { ended, environmentOf } from '../harness/program.ts';
import type { TestRegistry } from '../harness/registry.ts';

/** Runs the program with a password on its standard input. */
const create = (registry: TestRegistry, password: string, ...args: string[]) =>
  ended(
    'sh',
    [
      '-c',
      'printf "%s\\n" "$PASSWORD" | node --import tsx src/command/create-administrator.ts "$@"',
      'create',
      ...args,
    ],
    { env: { ...environmentOf(registry, inject('cluster').primary), PASSWORD: password } },
  );

const PASSWORD = 'an administrator’s own';
const ADA = ['--email', 'ada@example.com', '--name', 'Ada'];

test('a new registry gets its first administrator, who can log in and create users', async ({ registry }) => {
  expect(await create(registry, PASSWORD, ...ADA)).toEqual({
    code: 0,
    output: 'User 1 is an administrator.\n',
  });
  const login = await registry.app.inject({
    method: 'POST',
    url: '/auth/login',
    payload: { username: 'ada@example.com', password: PASSWORD },
  });
  const answer = await registry.app.inject({
    method: 'POST',
    url: '/user/create',
    headers: { authorization: `Bearer ${login.json().access_token}` },
    payload: { name: 'Bo', email: 'bo@example.com', role: 'TRADING_USER', password: 'long enough now' },
  });
  expect(answer.statusCode, answer.body).toBe(201);
});

test.for<[string, string, string[], RegExp]>([
  ['an e-mail that is taken', PASSWORD, ADA, /A user with this e-mail exists/],
  [
    'a password that is too short',
    'too short',
    ['--email', 'c@example.com', '--name', 'C'],
    /password: .*12/,
  ],
  [
    'a password that is the e-mail',
    'carla@example.com',
    ['--email', 'carla@example.com', '--name', 'C'],
    /password/i,
  ],
  ['no e-mail', PASSWORD, ['--name', 'C'], /email/],
  ['no name', PASSWORD, ['--email', 'c@example.com'], /name/],
] as const)(
  '%s is refused in one line, and creates no user',
  async ([_, password, args, message], { registry }) => {
    const { code, output } = await create(registry, password, ...args);
    expect(code).toBe(2);
    expect(output).toMatch(message);
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(output).not.toContain(PASSWORD);
    const { rows } = await registry.primary.query(`SELECT FROM registry_user WHERE role = 'ADMIN'`);
    expect(rows).toHaveLength(1);
  },
);
