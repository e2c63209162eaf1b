import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { settingNames } from '../../../src/config.ts';

const Scalar = z.union([z.string(), z.number(), z.boolean()]);
const Service = z.object({
  image: z.string(),
  build: z.object({ target: z.string() }).optional(),
  environment: z.record(z.string(), Scalar.nullable()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  configs: z.array(z.object({ source: z.string(), target: z.string() })).default([]),
  healthcheck: z.looseObject({}).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  restart: z.string().optional(),
  user: z.string().optional(),
  cap_drop: z.array(z.string()).default([]),
  cap_add: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  read_only: z.boolean().default(false),
  tmpfs: z.array(z.string()).default([]),
  mem_limit: z.string().optional(),
  pids_limit: z.int().optional(),
});
const Cluster = z.object({
  name: z.string(),
  services: z.record(z.string(), z.looseObject({ ...Service.shape })),
  configs: z.record(z.string(), z.object({ file: z.string() })),
  volumes: z.record(z.string(), z.null()),
});

/** The tags of Compose that remove or replace what an earlier file defines; this file is independent. */
const override = ['!override', '!reset'].flatMap((tag) => [
  { tag, collection: 'seq' as const },
  { tag, collection: 'map' as const },
]);

async function clusterOf(file: string) {
  const text = await readFile(file, 'utf8');
  const raw = parse(text.replaceAll(/^ {2}\w+: !reset null\n/gm, ''), { merge: true, customTags: override });
  return { text, ...Cluster.parse(raw) };
}

const base = await clusterOf('compose.yml');
const development = await clusterOf('compose.override.yml');
const both = [
  ['compose.yml', base],
  ['compose.override.yml', development],
] as const;
/** A port that Compose publishes to this machine only, and that a variable sets. */
const publishedPort = (name: string, port: number, inside: number) =>
  `127.0.0.1:$\{${name}:-${port}}:${inside}`;
const DATABASES = ['postgres_db_write', 'postgres_db_read', 'eventstore'];

/** Every `${NAME:…}` of a file: its name, its operator, and what follows. */
const variablesOf = (text: string) =>
  [...text.matchAll(/\$\{(\w+)(:[?-])?([^}]*)\}/g)].map(([, name = '', operator = '', rest = '']) => ({
    name,
    operator,
    rest,
  }));

describe('compose.yml, for production', () => {
  test('publishes the API, to this machine only, and no database', () => {
    const published = Object.entries(base.services).filter(([, { ports }]) => ports.length > 0);
    expect(published.map(([name, { ports }]) => [name, ports])).toEqual([
      ['gc_registry', [publishedPort('PORT', 8000, 8000)]],
    ]);
  });

  test('mounts volumes of its own, and nothing of the checkout', () => {
    for (const { volumes } of Object.values(base.services)) {
      for (const volume of volumes) expect(Object.keys(base.volumes)).toContain(volume.split(':')[0]);
    }
  });

  test('does not start without its secrets', () => {
    const needed = variablesOf(base.text).filter(({ operator }) => operator === ':?');
    expect([...new Set(needed.map(({ name }) => name))].sort()).toEqual([
      'DATABASE_ACTOR_KEY',
      'EVENTSTORE_ADMIN_PASSWORD',
      'EVENTSTORE_REGISTRY_PASSWORD',
      'JWT_SECRET_KEY',
      'POSTGRES_PASSWORD',
      'POSTGRES_REPLICATION_PASSWORD',
      'REGISTRY_READ_PASSWORD',
      'REGISTRY_SEQUENCER_PASSWORD',
      'REGISTRY_WRITE_PASSWORD',
    ]);
    const rest = variablesOf(base.text).filter(({ operator }) => operator !== ':?');
    expect(rest.map(({ name }) => name)).toEqual(['PORT']);
  });

  test('passes the API every setting that a user may choose, and no credentials of an owner or administrator', () => {
    const given = Object.keys(base.services.gc_registry?.environment ?? {});
    // Inside the container these are fixed; sample data is refused in production.
    const fixed = ['HOST', 'PORT', 'SEED_PASSWORD', 'ELEXON_BASE_URL'];
    const keysOfOwners = ['DATABASE_OWNER_URL', 'ESDB_ADMIN_CONNECTION_STRING'];
    // The migration records these in the database, where the API reads them.
    const recorded = ['CAPACITY_MARGIN', 'CERTIFICATE_EXPIRY_YEARS'];
    expect(Object.keys(base.services.migration?.environment ?? {})).toEqual(expect.arrayContaining(recorded));
    // OpenTelemetry's exporter reads this one from the environment itself.
    const chosen = [...settingNames, 'OTEL_EXPORTER_OTLP_HEADERS'].filter(
      (name) => ![...fixed, ...keysOfOwners, ...recorded].includes(name),
    );
    expect(given.sort()).toEqual(chosen.sort());
    expect(JSON.stringify(base.services.gc_registry)).not.toMatch(/POSTGRES_PASSWORD|ADMIN_PASSWORD/);
    expect(base.services.gc_registry?.environment.NODE_ENV).toBe('production');
    expect(base.services.gc_registry?.build?.target).toBe('production');
  });

  test('reaches EventStoreDB over TLS only', () => {
    expect(JSON.stringify(base.services)).not.toMatch(/insecure/i);
    expect(base.services.gc_registry?.environment.ESDB_CONNECTION_STRING).toMatch(
      /^esdb:\/\/registry:.*\?tls=true&tlsCAFile=/,
    );
  });
});

test('the API of production starts after the access rights of its EventStoreDB user are set', () => {
  expect(base.services.gc_registry?.depends_on).toHaveProperty('eventstore_access');
  const { command, environment } = z
    .object({ command: z.array(z.string()), environment: z.record(z.string(), Scalar.nullable()) })
    .parse(base.services.eventstore_access);
  expect(command).toEqual(['node', 'dist/command/secure-event-store.js']);
  expect(environment.ESDB_ADMIN_CONNECTION_STRING).toMatch(/^esdb:\/\/admin:.*\?tls=true&tlsCAFile=/);
  expect(environment.ESDB_CONNECTION_STRING).toBe(
    base.services.gc_registry?.environment.ESDB_CONNECTION_STRING,
  );
});

test('the API of production starts with a key that signs heads of the journal, which it cannot write', () => {
  const { depends_on = {}, volumes = [] } = base.services.gc_registry ?? {};
  expect(depends_on).toHaveProperty('anchor_key');
  expect(volumes).toContain('anchor_key:/var/lib/registry/anchor-key:ro');
  expect(base.services.anchor_key?.environment).toMatchObject({
    ANCHOR_KEY_FILE: base.services.gc_registry?.environment.ANCHOR_KEY_FILE,
    ANCHOR_KEYS_FILE: base.services.gc_registry?.environment.ANCHOR_KEYS_FILE,
  });
});

describe('compose.override.yml, for development', () => {
  test('publishes the API and every database, to this machine only', () => {
    const ports = Object.values(development.services).flatMap((service) => service.ports);
    expect(ports.sort()).toEqual([
      publishedPort('EVENTSTORE_PORT', 2113, 2113),
      publishedPort('PORT', 8000, 8000),
      publishedPort('PRIMARY_PORT', 5436, 5432),
      publishedPort('STANDBY_PORT', 5438, 5432),
    ]);
  });

  test('has a default for everything, the one that .env.example shows', async () => {
    const shown = parseEnv((await readFile('.env.example', 'utf8')).replaceAll(/^# (\w*PORT=)/gm, '$1'));
    const variables = variablesOf(development.text);
    expect(variables.length).toBeGreaterThan(5);
    for (const { name, operator, rest } of variables) {
      expect({ name, operator, rest }).toEqual({ name, operator: ':-', rest: shown[name] });
    }
  });

  test('mounts the sources that it watches, read-only', () => {
    const mounts = development.services.gc_registry?.volumes ?? [];
    expect(mounts).toEqual(expect.arrayContaining(['./src:/app/src:ro', './migrations:/app/migrations:ro']));
    expect(mounts.every((mount) => mount.endsWith(':ro'))).toBe(true);
  });

  test('runs the same two Postgres servers as production', () => {
    for (const name of ['postgres_db_write', 'postgres_db_read']) {
      const { ports: _, environment, ...own } = development.services[name] ?? {};
      const { ports: __, environment: baseEnvironment, ...theirs } = base.services[name] ?? {};
      expect(own).toEqual(theirs);
      expect(Object.keys(environment ?? {})).toEqual(Object.keys(baseEnvironment ?? {}));
    }
  });
});

describe.each(both)('%s', (_, { name, services, configs, volumes, text }) => {
  test('is independent: everything that it names exists', () => {
    expect(name).toBe('gc-registry');
    for (const service of Object.values(services)) {
      for (const other of Object.keys(service.depends_on)) expect(Object.keys(services)).toContain(other);
      for (const { source } of service.configs) expect(Object.keys(configs)).toContain(source);
      const named = service.volumes.map((volume) => volume.split(':')[0] ?? '');
      for (const volume of named.filter((each) => !each.startsWith('.'))) {
        expect(Object.keys(volumes)).toContain(volume);
      }
    }
  });

  test('starts nothing before its dependencies are healthy or have exited with success', () => {
    for (const service of Object.values(services)) {
      for (const [other, { condition }] of Object.entries(service.depends_on)) {
        const ends = services[other]?.restart === undefined;
        expect(condition).toBe(ends ? 'service_completed_successfully' : 'service_healthy');
      }
    }
    /** All services that a service waits for, directly or not. */
    const earlierThan = (service: string): string[] =>
      Object.keys(services[service]?.depends_on ?? {}).flatMap((each) => [each, ...earlierThan(each)]);
    expect(earlierThan('gc_registry')).toEqual(expect.arrayContaining(['migration', ...DATABASES]));
    expect(earlierThan('postgres_db_read')).toEqual(['postgres_db_write']);
  });

  test('keeps the data of every database in a volume, where the image has it', () => {
    const places = DATABASES.map((each) => services[each]?.volumes.map((volume) => volume.split(':')[1]));
    expect(places).toEqual([
      ['/var/lib/postgresql'],
      ['/var/lib/postgresql'],
      expect.arrayContaining(['/var/lib/eventstore', '/var/log/eventstore']),
    ]);
  });

  test('has a health check for every database, and restarts it after a crash', () => {
    for (const each of DATABASES) {
      expect(services[each]?.healthcheck).toHaveProperty('test');
      expect(services[each]?.restart).toBe('unless-stopped');
    }
  });

  test('pins images by digest, and EventStoreDB by an exact version', () => {
    const images = Object.entries(services).flatMap(([service, { image, build }]) =>
      build ? [] : [{ service, image }],
    );
    const byTag = images.filter(({ image }) => !/:\d[\w.-]*@sha256:[0-9a-f]{64}$/.test(image));
    expect(byTag).toEqual([
      { service: 'eventstore', image: expect.stringMatching(/^eventstore\/eventstore:\d+\.\d+\.\d+-/) },
    ]);
    expect(
      new Set(images.filter(({ image }) => image.startsWith('postgres:')).map(({ image }) => image)).size,
    ).toBe(1);
  });

  test('every service drops all capabilities and gains no privileges', () => {
    const limits = Object.values(services).map(({ cap_drop, security_opt }) => ({ cap_drop, security_opt }));
    const confined = { cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] };
    expect(limits).toEqual(limits.map(() => confined));
    const added = Object.entries(services).filter(([, { cap_add }]) => cap_add.length > 0);
    // The only one that runs as root, briefly, while it writes the certificate for another user.
    expect(added.filter(([service]) => service !== 'eventstore_certificates')).toEqual([]);
  });

  test('every service has a read-only root, memory for temporary files, and limits', () => {
    for (const [service, { read_only, tmpfs, mem_limit, pids_limit }] of Object.entries(services)) {
      expect({ read_only, tmp: tmpfs[0] }, service).toEqual({ read_only: true, tmp: '/tmp' });
      expect(mem_limit, service).toMatch(/^\d+[mg]$/);
      expect(pids_limit, service).toBeGreaterThan(0);
    }
  });

  test('both Postgres servers run as postgres, with a folder for their sockets', () => {
    for (const service of ['postgres_db_write', 'postgres_db_read']) {
      expect(services[service]?.user).toBe('postgres');
      expect(services[service]?.tmpfs).toContain('/var/run/postgresql');
    }
  });

  test('uses only variables that .env.example lists', async () => {
    const example = await readFile('.env.example', 'utf8');
    for (const variable of variablesOf(text)) {
      expect(example).toMatch(new RegExp(`^(# )?${variable.name}=`, 'm'));
    }
  });
});
