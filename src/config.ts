import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { DEFAULT_POLICY } from './rules/issuance-policy.ts';
import { passwordLength } from './rules/password.ts';

const ELEXON_BASE_URL = 'https://data.elexon.co.uk/bmrs/api/v1';

/** The default secret. Everybody can read it, so it is refused in production and on an address that others can reach. */
export const DEVELOPMENT_JWT_SECRET = 'development-only-secret-do-not-use-in-production';

/** The published password of the sample users. Production does not start while a user has it. */
export const SAMPLE_PASSWORD = 'registry-demo';

/** The passwords of `.env.example` and of the compose files, and EventStoreDB's default. Production rejects them. */
export const EXAMPLE_PASSWORDS: readonly string[] = [
  'postgres',
  'replication-password',
  'write-password',
  'read-password',
  'sequencer-password',
  'changeit',
  'relay-password',
];

const requiredText = () => z.string({ error: 'must be set' });

/** A number within bounds, with one message for every invalid value. */
const number = (min: number, max: number) => {
  const error = `must be a number from ${min} to ${max}`;
  return z.coerce.number({ error }).min(min, error).max(max, error);
};

const wholeNumber = (min: number, max = Number.MAX_SAFE_INTEGER) => {
  const bounds = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  const error = `must be a whole number ${bounds}`;
  return z.coerce.number({ error }).int(error).min(min, error).max(max, error);
};

const text = (min: number) => z.string().min(min, `must have at least ${min} characters`);

const oneOf = <const Values extends readonly string[]>(values: Values) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });

const httpUrl = () => z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

/** The host may be absent, or a parameter: `postgresql:///database?host=/var/run/postgresql`. */
const postgresUrl = requiredText().regex(
  /^postgres(ql)?:\/\/[^\s/?#]*\/[^\s/?#]+(\?[^\s#]*)?$/,
  'must look like postgresql://user:password@host:port/database',
);

const urlList = requiredText()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(postgresUrl).min(1));

const commaList = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

/** The origin of a page as a browser sends it (RFC 6454, 6.2): never `*`, and without a path. */
const webOrigin = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text,
    'must list origins such as https://app.example.com, without a path',
  );

/** An IP address, or a network such as 10.0.0.0/8. */
const networkAddress = z.string().refine((text) => {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
  return version !== 0 && fits && rest.length === 0;
}, 'must list IP addresses or networks such as 10.0.0.0/8');

const esdbConnectionString = z
  .string()
  .regex(
    /^esdb(\+discover)?:\/\/\S+$/,
    'must look like esdb://host:2113?tls=true (the client does not accept kurrentdb://)',
  );

/** A bucket by its path, and what the names of its objects begin with. */
const bucketUrl = z
  .url({ protocol: /^https?$/, error: 'must look like https://s3.example.com/bucket/prefix' })
  .regex(/^https?:\/\/[^/?#@]+\/[^/?#]+(\/[^?#]*)?$/, 'must look like https://s3.example.com/bucket/prefix');

const streamName = z.string().regex(/^[\w-]{1,100}$/, 'must be letters, digits, _ and -');

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** All settings of the registry. `.env.example` describes each of them. */
const Settings = z
  .object({
    NODE_ENV: oneOf(['development', 'test', 'production']).default('development'),
    HOST: text(1).default('127.0.0.1'),
    PORT: wholeNumber(0, 65_535).default(8000),
    LOG_LEVEL: oneOf(logLevels).default('info'),
    DATABASE_OWNER_URL: postgresUrl.optional(),
    DATABASE_WRITE_URL: postgresUrl,
    DATABASE_READ_URLS: urlList,
    DATABASE_SEQUENCER_URL: postgresUrl.optional(),
    DATABASE_ACTOR_KEY: text(32).optional(),
    DATABASE_ACTOR_KEY_PREVIOUS: text(32).optional(),
    DATABASE_POOL_SIZE: wholeNumber(1, 500).default(10),
    DATABASE_MAX_WAITING: wholeNumber(1).default(500),
    MAX_EVENT_LOOP_DELAY_MS: wholeNumber(0, 60_000).default(500),
    REPLICA_WAIT_MS: wholeNumber(0, 60_000).default(1_000),
    REPLICA_MAX_LAG_MS: wholeNumber(0).default(5_000),
    JWT_SECRET_KEY: text(32).default(DEVELOPMENT_JWT_SECRET),
    JWT_SECRET_KEY_PREVIOUS: text(32).optional(),
    ACCESS_TOKEN_EXPIRE_MINUTES: wholeNumber(1, 1_440).default(60),
    SESSION_EXPIRE_DAYS: wholeNumber(1, 365).default(30),
    RATE_LIMIT_PER_MINUTE: wholeNumber(0, 1_000_000).default(6_000),
    REFUSALS_PER_MINUTE: wholeNumber(0, 1_000_000).default(60),
    MAX_MUTATIONS_PER_USER: wholeNumber(1, 100_000).optional(),
    MAX_STREAMS: wholeNumber(1, 100_000).default(200),
    MAX_STREAMS_PER_USER: wholeNumber(1, 100_000).default(20),
    RESPONSE_IDLE_MS: wholeNumber(100, 3_600_000).default(30_000),
    MAX_CONNECTIONS: wholeNumber(1, 1_000_000).default(10_000),
    HEADERS_TIMEOUT_MS: wholeNumber(100, 300_000).default(10_000),
    REQUEST_TIMEOUT_MS: wholeNumber(100, 3_600_000).default(60_000),
    KEEP_ALIVE_TIMEOUT_MS: wholeNumber(100, 3_600_000).default(72_000),
    TRUSTED_PROXIES: commaList.pipe(z.array(networkAddress)).default([]),
    CERTIFICATE_EXPIRY_YEARS: wholeNumber(1, 100).default(DEFAULT_POLICY.certificateExpiryYears),
    CAPACITY_MARGIN: number(1, 10).default(DEFAULT_POLICY.capacityMargin),
    OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl().optional(),
    OTEL_SERVICE_NAME: text(1).default('registry'),
    OTEL_TRACES_SAMPLER_ARG: number(0, 1).default(1),
    METRICS_TOKEN: text(16).optional(),
    METRICS_HOST: text(1).default('127.0.0.1'),
    METRICS_PORT: wholeNumber(0, 65_535).optional(),
    BODY_LIMIT_BYTES: wholeNumber(1_024).default(2_097_152),
    CORS_ORIGINS: commaList.pipe(z.array(webOrigin)).default([]),
    ESDB_CONNECTION_STRING: esdbConnectionString.optional(),
    ESDB_ADMIN_CONNECTION_STRING: esdbConnectionString.optional(),
    ESDB_STREAM: streamName.default('registry-events'),
    ANCHOR_KEY_FILE: text(1).optional(),
    ANCHOR_KEYS_FILE: text(1).optional(),
    ANCHOR_INTERVAL_SECONDS: wholeNumber(1, 86_400).default(600),
    ANCHOR_STREAM: streamName.default('registry-anchors'),
    ANCHOR_DIRECTORY: text(1).optional(),
    ANCHOR_S3_URL: bucketUrl.optional(),
    ANCHOR_S3_REGION: text(1).default('us-east-1'),
    ANCHOR_S3_ACCESS_KEY_ID: text(1).optional(),
    ANCHOR_S3_SECRET_ACCESS_KEY: text(1).optional(),
    SEED_PASSWORD: text(passwordLength.shortest).default(SAMPLE_PASSWORD),
    ELEXON_BASE_URL: httpUrl().default(ELEXON_BASE_URL),
  })
  .superRefine((settings, context) => {
    const problems = [
      ...publishedJwtSecrets(settings),
      ...publishedPasswords(settings),
      ...incompleteBucket(settings),
    ];
    for (const [name, message] of problems) {
      context.addIssue({ code: 'custom', path: [name], message });
    }
  });

type SettingProblem = [name: string, message: string];

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** Whether only programs on this machine can reach a server that listens on `host`. */
function isLoopback(host: string): boolean {
  const version = isIP(host);
  if (version === 0) return host.toLowerCase() === 'localhost';
  return loopback.check(host, version === 4 ? 'ipv4' : 'ipv6');
}

/** The settings that hold the published JWT secret where it must not be used: with it, anybody can sign access tokens. */
function* publishedJwtSecrets(settings: {
  readonly NODE_ENV: string;
  readonly HOST: string;
  readonly JWT_SECRET_KEY: string;
  readonly JWT_SECRET_KEY_PREVIOUS?: string | undefined;
}): Generator<SettingProblem> {
  const inProduction = settings.NODE_ENV === 'production';
  if (!inProduction && isLoopback(settings.HOST)) return;
  const where = inProduction ? 'in production' : 'unless HOST is a loopback address';
  if (settings.JWT_SECRET_KEY === DEVELOPMENT_JWT_SECRET) {
    yield ['JWT_SECRET_KEY', `must be set ${where}`];
  }
  if (settings.JWT_SECRET_KEY_PREVIOUS === DEVELOPMENT_JWT_SECRET) {
    yield ['JWT_SECRET_KEY_PREVIOUS', `must not be the development secret ${where}`];
  }
}

/** The settings without which the bucket for anchors cannot be used. */
function* incompleteBucket(settings: {
  readonly ANCHOR_S3_URL?: string | undefined;
  readonly ANCHOR_S3_ACCESS_KEY_ID?: string | undefined;
  readonly ANCHOR_S3_SECRET_ACCESS_KEY?: string | undefined;
}): Generator<SettingProblem> {
  const { ANCHOR_S3_URL, ANCHOR_S3_ACCESS_KEY_ID, ANCHOR_S3_SECRET_ACCESS_KEY } = settings;
  if (ANCHOR_S3_URL === undefined) return;
  for (const [name, value] of Object.entries({ ANCHOR_S3_ACCESS_KEY_ID, ANCHOR_S3_SECRET_ACCESS_KEY })) {
    if (value === undefined) yield [name, 'must be set if ANCHOR_S3_URL is'];
  }
}

/** The settings that hold, in production, a password that everybody can read in the sources. */
function* publishedPasswords(settings: {
  readonly NODE_ENV: string;
  readonly DATABASE_OWNER_URL?: string | undefined;
  readonly DATABASE_WRITE_URL: string;
  readonly DATABASE_READ_URLS: readonly string[];
  readonly DATABASE_SEQUENCER_URL?: string | undefined;
  readonly ESDB_CONNECTION_STRING?: string | undefined;
  readonly ESDB_ADMIN_CONNECTION_STRING?: string | undefined;
}): Generator<SettingProblem> {
  if (settings.NODE_ENV !== 'production') return;
  const { DATABASE_OWNER_URL, DATABASE_WRITE_URL, DATABASE_READ_URLS } = settings;
  const { DATABASE_SEQUENCER_URL, ESDB_CONNECTION_STRING, ESDB_ADMIN_CONNECTION_STRING } = settings;
  const databases = { DATABASE_OWNER_URL, DATABASE_WRITE_URL, DATABASE_READ_URLS, DATABASE_SEQUENCER_URL };
  const addresses = { ...databases, ESDB_CONNECTION_STRING, ESDB_ADMIN_CONNECTION_STRING };
  for (const [name, value = []] of Object.entries(addresses)) {
    const passwords = [value].flat().map(passwordInUrl);
    if (passwords.some((password) => EXAMPLE_PASSWORDS.includes(password))) {
      yield [name, 'must not contain a password of .env.example in production'];
    }
  }
}

/** The password of a URL, or an empty text. `URL` cannot parse URLs without a host, such as those of Cloud SQL. */
function passwordInUrl(address: string): string {
  const [, encoded = ''] =
    /[?&]password=([^&]*)/.exec(address) ?? /^[\w+]+:\/\/[^:@/?]*:([^/?]*)@/.exec(address) ?? [];
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

export const settingNames: readonly string[] = Object.keys(Settings.shape);

export type Config = Readonly<z.output<typeof Settings>>;

/** Invalid settings. The message is one line that names each invalid variable. */
export class ConfigError extends Error {}

/**
 * Reads the settings from environment variables. An empty variable counts as not set.
 *
 * @throws {ConfigError} naming every invalid variable in one line, without its value, which may be a secret.
 */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = Settings.safeParse(set);
  if (parsed.success) return parsed.data;
  const problems = new Set(parsed.error.issues.map(({ path, message }) => `${String(path[0])} ${message}`));
  throw new ConfigError(`Configuration: ${[...problems].join('; ')}`);
}
