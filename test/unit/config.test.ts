import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  ConfigError,
  DEVELOPMENT_JWT_SECRET,
  EXAMPLE_PASSWORDS,
  readConfig,
  settingNames,
} from '../../src/config.ts';

const databases = {
  DATABASE_WRITE_URL: 'postgresql://writer:secret@127.0.0.1:5436/registry',
  DATABASE_READ_URLS: 'postgresql://reader:secret@127.0.0.1:5438/registry',
};

test('.env.example names every setting, shows its default, and is itself a valid configuration', async () => {
  const text = await readFile('.env.example', 'utf8');
  const shown = parseEnv(text.replaceAll(/^# ([A-Z][A-Z0-9_]*=)/gm, '$1'));
  expect(Object.keys(shown)).toEqual(expect.arrayContaining([...settingNames]));
  const [, others = ''] = text.split('--- For Docker Compose only ---');
  const strangers = Object.keys(shown).filter((name) => !settingNames.includes(name));
  expect(strangers).toEqual(Object.keys(parseEnv(others)));
  expect(readConfig(shown)).toEqual(readConfig(parseEnv(text)));
});

test.each([
  ['PORT', 'eight thousand'],
  ['PORT', '70000'],
  ['LOG_LEVEL', 'loud'],
  ['DATABASE_WRITE_URL', 'localhost:5436'],
  ['DATABASE_WRITE_URL', 'postgresql://a:b@c'],
  ['DATABASE_WRITE_URL', 'postgresql:///?host=/var/run/postgresql'],
  ['DATABASE_READ_URLS', 'postgresql://a:b@c/d, nonsense'],
  ['ESDB_CONNECTION_STRING', '127.0.0.1:2113'],
  // The client of EventStoreDB refuses it.
  ['ESDB_CONNECTION_STRING', 'kurrentdb://127.0.0.1:2113?tls=false'],
  ['JWT_SECRET_KEY', 'short'],
  ['JWT_SECRET_KEY_PREVIOUS', 'short'],
  ['SESSION_EXPIRE_DAYS', '0'],
  ['RATE_LIMIT_PER_MINUTE', '-1'],
  ['TRUSTED_PROXIES', 'everybody'],
  ['TRUSTED_PROXIES', '10.0.0.0/33'],
  ['TRUSTED_PROXIES', '10.0.0.1, 10.0.0.0/8/8'],
  ['CAPACITY_MARGIN', '0.5'],
])('%s=%s is rejected in one line that names the variable', (name, value) => {
  const reading = () => readConfig({ ...databases, [name]: value });
  expect(reading).toThrow(ConfigError);
  expect(reading).toThrow(new RegExp(`^Configuration: .*${name}[^\\n]*$`));
});

test.each([
  'postgres:///registry?host=/var/run/postgresql',
  'postgresql:///registry',
  'postgresql://user@/registry',
  'postgresql://user:p%40ss@/registry?host=%2Fcloudsql%2Fa',
])('a database URL can lack its host: %s', (url) => {
  const config = readConfig({
    DATABASE_OWNER_URL: url,
    DATABASE_WRITE_URL: url,
    DATABASE_READ_URLS: `${url},${url}`,
  });
  expect(config).toMatchObject({ DATABASE_WRITE_URL: url, DATABASE_READ_URLS: [url, url] });
});

test('an error names each variable once, and says what a valid value is', () => {
  const wrong = {
    PORT: 'eight thousand',
    LOG_LEVEL: 'loud',
    OTEL_TRACES_SAMPLER_ARG: '2',
    TRUSTED_PROXIES: 'a, b',
    ELEXON_BASE_URL: 'elexon',
    DATABASE_READ_URLS: databases.DATABASE_READ_URLS,
  };
  expect(() => readConfig(wrong)).toThrow(
    new ConfigError(
      'Configuration: PORT must be a whole number from 0 to 65535; ' +
        'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent; ' +
        'DATABASE_WRITE_URL must be set; ' +
        'TRUSTED_PROXIES must list IP addresses or networks such as 10.0.0.0/8; ' +
        'OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1; ' +
        'ELEXON_BASE_URL must be an http or https URL',
    ),
  );
});

test('an empty variable counts as not set', () => {
  expect(readConfig({ ...databases, PORT: '' }).PORT).toBe(8000);
});

test('production refuses to start with the development secret', () => {
  const production = { ...databases, NODE_ENV: 'production' };
  expect(() => readConfig(production)).toThrow('JWT_SECRET_KEY must be set in production');
  expect(() => readConfig({ ...production, JWT_SECRET_KEY: DEVELOPMENT_JWT_SECRET })).toThrow(ConfigError);
  const secrets = { JWT_SECRET_KEY: 'x'.repeat(32), JWT_SECRET_KEY_PREVIOUS: DEVELOPMENT_JWT_SECRET };
  expect(() => readConfig({ ...production, ...secrets })).toThrow('JWT_SECRET_KEY_PREVIOUS must not be');
  expect(readConfig({ ...databases, ...secrets }).JWT_SECRET_KEY_PREVIOUS).toBe(DEVELOPMENT_JWT_SECRET);
});

describe.each(['development', 'test'])('the published secret in %s', (NODE_ENV) => {
  test.each(['0.0.0.0', '::', '10.0.0.7', '2001:db8::1', '::ffff:10.0.0.7', 'registry.example.com', '127.1'])(
    'is refused where the registry listens on %s',
    (HOST) => {
      const settings = { ...databases, NODE_ENV, HOST };
      const message = 'unless HOST is a loopback address';
      expect(() => readConfig(settings)).toThrow(`Configuration: JWT_SECRET_KEY must be set ${message}`);
      const secrets = { JWT_SECRET_KEY: 'x'.repeat(32), JWT_SECRET_KEY_PREVIOUS: DEVELOPMENT_JWT_SECRET };
      expect(() => readConfig({ ...settings, ...secrets })).toThrow(
        `Configuration: JWT_SECRET_KEY_PREVIOUS must not be the development secret ${message}`,
      );
      expect(() => readConfig({ ...settings, JWT_SECRET_KEY: 'x'.repeat(32) })).not.toThrow();
    },
  );

  test.each(['127.0.0.1', '127.200.0.9', '::1', '0:0:0:0:0:0:0:1', 'localhost'])(
    'is accepted where it listens on %s',
    (HOST) => {
      const config = readConfig({ ...databases, NODE_ENV, HOST });
      expect(config.JWT_SECRET_KEY).toBe(DEVELOPMENT_JWT_SECRET);
    },
  );
});

test('the rejected example passwords are exactly those of .env.example', async () => {
  const shown = Object.entries(parseEnv(await readFile('.env.example', 'utf8')));
  const passwords = shown.filter(([name]) => name.endsWith('_PASSWORD')).map(([, value]) => value);
  expect(passwords.length).toBeGreaterThan(4);
  expect([...EXAMPLE_PASSWORDS].sort()).toEqual([...passwords].sort());
});

test.each([
  ['DATABASE_OWNER_URL', 'postgresql://postgres:postgres@127.0.0.1:5436/registry'],
  ['DATABASE_WRITE_URL', 'postgresql://registry_app:write-password@127.0.0.1:5436/registry'],
  ['DATABASE_WRITE_URL', 'postgresql://registry_app:write%2Dpassword@/registry?host=%2Fcloudsql%2Fa'],
  [
    'DATABASE_WRITE_URL',
    'postgresql:///registry?host=/var/run/postgresql&user=registry_app&password=write-password',
  ],
  ['DATABASE_READ_URLS', 'postgresql://a:a-good-one@one:5432/b,postgresql://a:read-password@two:5432/b'],
  ['ESDB_CONNECTION_STRING', 'esdb+discover://admin:changeit@eventstore:2113?tls=true'],
])('production rejects the example password in %s=%s', (name, value) => {
  const safe = { ...databases, JWT_SECRET_KEY: 'x'.repeat(32), [name]: value };
  expect(() => readConfig({ ...safe, NODE_ENV: 'production' })).toThrow(
    new ConfigError(`Configuration: ${name} must not contain a password of .env.example in production`),
  );
  expect(() => readConfig(safe)).not.toThrow();
});

test.each([
  'postgresql://postgres@127.0.0.1:5436/postgres',
  'postgresql://writer:postgres1@127.0.0.1:5436/postgres',
  'postgresql://writer:a%@127.0.0.1:5436/registry',
])('production accepts %s', (url) => {
  const settings = { ...databases, JWT_SECRET_KEY: 'x'.repeat(32), DATABASE_WRITE_URL: url };
  expect(() => readConfig({ ...settings, NODE_ENV: 'production' })).not.toThrow();
});

test('a message about an invalid setting does not repeat its value, which may be a secret', () => {
  const read = () => readConfig({ ...databases, JWT_SECRET_KEY: 'hunter2', METRICS_TOKEN: 'hunter2' });
  expect(read).toThrow(/^Configuration: (?!.*hunter2)[^\n]*$/);
});

test('trusted proxies are IPv4 and IPv6 addresses and networks', () => {
  const list = '127.0.0.1, 10.0.0.0/8, ::1, fd00::/8';
  expect(readConfig({ ...databases, TRUSTED_PROXIES: list }).TRUSTED_PROXIES).toEqual(list.split(', '));
  expect(readConfig(databases).TRUSTED_PROXIES).toEqual([]);
});
