import { isIP } from 'node:net';
import { z } from 'zod';
import { passwordLength } from './rules/password.ts';

const ELEXON_BASE_URL = 'https://data.elexon.co.uk/bmrs/api/v1';

/** The secret that development falls back to; a production start refuses it. */
export const DEVELOPMENT_JWT_SECRET = 'development-only-secret-do-not-use-in-production';

/** The password of the sample users, which everybody knows; a production start refuses users that have it. */
export const SAMPLE_PASSWORD = 'registry-demo';

/** The passwords of `.env.example` and of development's compose file, and EventStoreDB's own; a production start refuses them. */
export const EXAMPLE_PASSWORDS: readonly string[] = [
  'postgres',
  'replication-password',
  'write-password',
  'read-password',
  'changeit',
];

/** The host may be absent, or a parameter: `postgresql:///database?host=/var/run/postgresql`. */
const postgresUrl = z
  .string()
  .regex(
    /^postgres(ql)?:\/\/[^\s/?#]*\/[^\s/?#]+(\?[^\s#]*)?$/,
    'must look like postgresql://user:password@host:port/database',
  );

const urlList = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(postgresUrl).min(1));

const commaList = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

/** An IP address, or a network such as 10.0.0.0/8. */
const networkAddress = z.string().refine((text) => {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
  return version !== 0 && fits && rest.length === 0;
}, 'must list IP addresses or networks such as 10.0.0.0/8');

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Every setting of the registry. `.env.example` explains each one to the person who sets it. */
const Settings = z
  .object({
    NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
    HOST: z.string().min(1).default('127.0.0.1'),
    PORT: z.coerce.number().int().min(0).max(65535).default(8000),
    LOG_LEVEL: z.enum(logLevels).default('info'),
    DATABASE_OWNER_URL: postgresUrl.optional(),
    DATABASE_WRITE_URL: postgresUrl,
    DATABASE_READ_URLS: urlList,
    DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(500).default(10),
    DATABASE_MAX_WAITING: z.coerce.number().int().min(1).default(500),
    MAX_EVENT_LOOP_DELAY_MS: z.coerce.number().int().min(0).max(60_000).default(500),
    REPLICA_WAIT_MS: z.coerce.number().int().min(0).max(60_000).default(1_000),
    REPLICA_MAX_LAG_MS: z.coerce.number().int().min(0).default(5_000),
    JWT_SECRET_KEY: z.string().min(32).default(DEVELOPMENT_JWT_SECRET),
    JWT_SECRET_KEY_PREVIOUS: z.string().min(32).optional(),
    ACCESS_TOKEN_EXPIRE_MINUTES: z.coerce.number().int().min(1).max(1_440).default(60),
    SESSION_EXPIRE_DAYS: z.coerce.number().int().min(1).max(365).default(30),
    RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(0).max(1_000_000).default(6_000),
    TRUSTED_PROXIES: commaList.pipe(z.array(networkAddress)).default([]),
    CERTIFICATE_EXPIRY_YEARS: z.coerce.number().int().min(1).max(100).default(2),
    CAPACITY_MARGIN: z.coerce.number().min(1).max(10).default(1.1),
    OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
    OTEL_SERVICE_NAME: z.string().min(1).default('registry'),
    OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
    METRICS_TOKEN: z.string().min(16).optional(),
    BODY_LIMIT_BYTES: z.coerce.number().int().min(1_024).default(2_097_152),
    CORS_ORIGINS: commaList.default([]),
    ESDB_CONNECTION_STRING: z
      .string()
      .regex(
        /^esdb(\+discover)?:\/\/\S+$/,
        'must look like esdb://host:2113?tls=true (the client does not accept kurrentdb://)',
      )
      .optional(),
    ESDB_STREAM: z
      .string()
      .regex(/^[\w-]{1,100}$/, 'must be letters, digits, _ and -')
      .default('registry-events'),
    SEED_PASSWORD: z.string().min(passwordLength.shortest).default(SAMPLE_PASSWORD),
    ELEXON_BASE_URL: z.url({ protocol: /^https?$/ }).default(ELEXON_BASE_URL),
  })
  .superRefine((settings, context) => {
    if (settings.NODE_ENV !== 'production') return;
    for (const [name, message] of publicSecrets(settings)) {
      context.addIssue({ code: 'custom', path: [name], message });
    }
  });

/** Settings whose secret everybody can read in the sources, and what is wrong with each. */
function* publicSecrets(settings: {
  readonly JWT_SECRET_KEY: string;
  readonly JWT_SECRET_KEY_PREVIOUS?: string | undefined;
  readonly DATABASE_OWNER_URL?: string | undefined;
  readonly DATABASE_WRITE_URL: string;
  readonly DATABASE_READ_URLS: readonly string[];
  readonly ESDB_CONNECTION_STRING?: string | undefined;
}): Generator<[name: string, message: string]> {
  if (settings.JWT_SECRET_KEY === DEVELOPMENT_JWT_SECRET) {
    yield ['JWT_SECRET_KEY', 'must be set in production'];
  }
  if (settings.JWT_SECRET_KEY_PREVIOUS === DEVELOPMENT_JWT_SECRET) {
    yield ['JWT_SECRET_KEY_PREVIOUS', 'must not be the secret of development in production'];
  }
  const { DATABASE_OWNER_URL, DATABASE_WRITE_URL, DATABASE_READ_URLS, ESDB_CONNECTION_STRING } = settings;
  const addresses = { DATABASE_OWNER_URL, DATABASE_WRITE_URL, DATABASE_READ_URLS, ESDB_CONNECTION_STRING };
  for (const [name, value = []] of Object.entries(addresses)) {
    const passwords = [value].flat().map(passwordInUrl);
    if (passwords.some((each) => EXAMPLE_PASSWORDS.includes(each))) {
      yield [name, 'must not have a password of .env.example in production'];
    }
  }
}

/** Empty where the address has none. `URL` refuses addresses without a host, such as those of Cloud SQL. */
function passwordInUrl(address: string): string {
  const [, written = ''] =
    /[?&]password=([^&]*)/.exec(address) ?? /^[\w+]+:\/\/[^:@/?]*:([^/?]*)@/.exec(address) ?? [];
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}

export const settingNames: readonly string[] = Object.keys(Settings.shape);

export type Config = Readonly<z.output<typeof Settings>>;

/** The settings are unusable. The message is one line that names each bad variable. */
export class ConfigError extends Error {}

/**
 * Reads the settings from environment variables; an empty variable counts as not set.
 *
 * @throws {ConfigError} with every bad variable in one line.
 */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = Settings.safeParse(set);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
  throw new ConfigError(`Configuration: ${problems.join('; ')}`);
}
