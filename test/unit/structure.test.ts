import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

const FEATURES = [
  'account',
  'authentication',
  'certificate',
  'device',
  'event',
  'measurement',
  'organisation',
  'scheduler',
  'user',
];

/** Arrows of imports between the folders of src run down only: what each may import, besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  rules: [],
  'config.ts': ['rules'],
  'log.ts': ['config.ts'],
  tracing: [],
  database: ['rules', 'tracing'],
  journal: ['rules', 'tracing', 'database', 'config.ts'],
  metrics: ['database', 'journal', 'operation'],
  operation: ['rules', 'tracing', 'database', 'journal', 'config.ts'],
  organisation: ['rules', 'database', 'operation'],
  account: ['rules', 'database', 'operation'],
  device: ['rules', 'database', 'operation', 'account'],
  measurement: ['rules', 'database', 'operation', 'device'],
  authentication: ['rules', 'database', 'operation', 'config.ts'],
  user: ['rules', 'database', 'operation', 'account', 'authentication'],
  certificate: ['rules', 'database', 'journal', 'operation', 'config.ts'],
  event: ['rules', 'database', 'journal', 'operation'],
  scheduler: ['rules', 'database', 'operation', 'authentication', 'certificate'],
  'meter-data': ['rules', 'database', 'certificate'],
  http: ['rules', 'tracing', 'database', 'journal', 'metrics', 'operation', 'config.ts', ...FEATURES],
  'app.ts': ['metrics', 'operation', 'http'],
  'start.ts': ['config.ts', 'tracing', 'authentication', 'database', 'journal', 'scheduler', 'app.ts'],
  'environment.ts': [],
  'shutdown.ts': [],
  'program.ts': ['config.ts'],
  'main.ts': ['config.ts', 'environment.ts', 'log.ts', 'program.ts', 'shutdown.ts', 'start.ts'],
  command: [
    'config.ts',
    'environment.ts',
    'log.ts',
    'program.ts',
    'database',
    'operation',
    'certificate',
    'user',
    'journal',
    'start.ts',
  ],
};

/** Packages that only one folder knows. */
const ONLY_IN: Readonly<Record<string, readonly string[]>> = {
  fastify: ['http', 'operation', 'app.ts', 'log.ts', 'start.ts'],
  pino: ['log.ts'],
  'prom-client': ['metrics'],
  '@opentelemetry/api': ['tracing'],
  '@opentelemetry/sdk-trace': ['tracing'],
  pg: ['database', 'journal'],
  '@eventstore/db-client': ['journal'],
  jose: ['authentication'],
  '@node-rs/argon2': ['authentication'],
};

interface Import {
  readonly file: string;
  readonly folder: string;
  /** The file or package, and the folder of src that it lies in. */
  readonly path: string;
  readonly target: string;
  readonly isPackage: boolean;
}

const folderOf = (file: string) => relative('src', file).split(sep)[0] ?? '';

async function importsOf(file: string): Promise<Import[]> {
  const text = await readFile(file, 'utf8');
  return [...text.matchAll(/^(?:import|export)\b[^;]*?(?:from|import) '([^']+)';/gms)].map(
    ([, name = '']) => {
      const isPackage = !/^\.\.?\//.test(name);
      const path = isPackage ? name : normalize(join(dirname(file), name));
      return { file, folder: folderOf(file), path, target: isPackage ? name : folderOf(path), isPackage };
    },
  );
}

const files = (await readdir('src', { recursive: true }))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join('src', name));
const imports = (await Promise.all(files.map(importsOf))).flat();

describe('the structure of src', () => {
  test('every folder has a line in the table of what it may import', () => {
    const folders = new Set(files.map(folderOf));
    expect([...folders].filter((folder) => !(folder in MAY_IMPORT))).toEqual([]);
  });

  test('imports run down only', () => {
    const upward = imports.filter(
      ({ folder, target, isPackage }) =>
        !isPackage && folder !== target && !MAY_IMPORT[folder]?.includes(target),
    );
    expect(upward.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });

  test('no files import one another in a circle, not even a type', () => {
    const below = new Map(files.map((file) => [file, imports.filter((each) => each.file === file)]));
    const circles = new Set<string>();
    const done = new Set<string>();
    const descend = (file: string, above: readonly string[]): void => {
      if (above.includes(file)) circles.add([...above.slice(above.indexOf(file)), file].join(' > '));
      if (done.has(file) || above.includes(file)) return;
      for (const { path } of below.get(file) ?? []) descend(path, [...above, file]);
      done.add(file);
    };
    for (const file of files) descend(file, []);
    expect([...circles]).toEqual([]);
  });

  test('a feature is entered by its door only', () => {
    const entries = imports.filter(({ folder, target }) => FEATURES.includes(target) && folder !== target);
    expect(entries.length).toBeGreaterThan(5);
    const burglaries = entries.filter(({ path }) => !path.endsWith(`${sep}index.ts`));
    expect(burglaries.map(({ file, path }) => `${file} imports ${path}`)).toEqual([]);
  });

  test.each(Object.entries(ONLY_IN))('only the folders meant for it know %s', (name, folders) => {
    const strangers = imports.filter(({ folder, target }) => target === name && !folders.includes(folder));
    expect(strangers.map(({ file }) => file)).toEqual([]);
  });
});

test('no file is longer than 350 lines, but what is generated', async () => {
  const folders = ['src', 'client', 'packages', 'seed', 'bench', 'test'];
  const written = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder, { recursive: true }))
        .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
        .map((name) => join(folder, name)),
    ),
  );
  const lengths = await Promise.all(
    written
      .flat()
      .map(async (file) => ({ file, lines: (await readFile(file, 'utf8')).split('\n').length - 1 })),
  );
  const tooLong = lengths.filter(({ file, lines }) => lines > 350 && file !== join('client', 'schema.ts'));
  expect(tooLong).toEqual([]);
});
