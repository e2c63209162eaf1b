import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

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

/** The folders that each folder of src may import, besides itself. Imports go downwards only. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  rules: [],
  'config.ts': ['rules'],
  'log.ts': ['config.ts'],
  tracing: [],
  database: ['rules', 'tracing'],
  journal: ['rules', 'tracing', 'database', 'config.ts'],
  anchor: ['rules', 'database', 'journal', 'config.ts'],
  metrics: ['anchor', 'database', 'journal', 'operation'],
  operation: ['rules', 'tracing', 'database', 'journal', 'anchor', 'config.ts'],
  organisation: ['rules', 'database', 'operation'],
  account: ['rules', 'database', 'operation'],
  device: ['rules', 'database', 'operation', 'account'],
  measurement: ['rules', 'database', 'operation', 'device'],
  authentication: ['rules', 'database', 'operation', 'config.ts'],
  user: ['rules', 'database', 'operation', 'account', 'authentication'],
  certificate: ['rules', 'database', 'journal', 'operation', 'config.ts'],
  event: ['rules', 'database', 'journal', 'anchor', 'operation', 'authentication'],
  scheduler: ['rules', 'database', 'operation', 'authentication', 'certificate'],
  'meter-data': ['rules', 'database', 'certificate'],
  http: ['rules', 'tracing', 'database', 'journal', 'metrics', 'operation', 'config.ts', ...FEATURES],
  'app.ts': ['journal', 'metrics', 'operation', 'http'],
  'start.ts': [
    'config.ts',
    'anchor',
    'tracing',
    'authentication',
    'database',
    'journal',
    'http',
    'scheduler',
    'app.ts',
  ],
  'environment.ts': [],
  'shutdown.ts': [],
  'program.ts': ['config.ts', 'database'],
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
    'anchor',
    'start.ts',
  ],
};

/** Packages that only these folders may import. */
const ONLY_IN: Readonly<Record<string, readonly string[]>> = {
  fastify: ['http', 'operation', 'app.ts', 'log.ts', 'start.ts'],
  pino: ['log.ts'],
  'prom-client': ['metrics'],
  '@opentelemetry/api': ['tracing'],
  '@opentelemetry/sdk-trace': ['tracing'],
  pg: ['database', 'journal'],
  '@eventstore/db-client': ['journal'],
  '@bradenmacdonald/s3-lite-client': ['anchor'],
  jose: ['authentication'],
  '@node-rs/argon2': ['authentication'],
};

interface Import {
  readonly file: string;
  readonly folder: string;
  /** The file or package, and its folder in src. */
  readonly path: string;
  readonly target: string;
  readonly isPackage: boolean;
}

const Manifest = z.object({ name: z.string(), dependencies: z.record(z.string(), z.string()) });

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

async function filesIn(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true }))
    .filter((name) => name.endsWith('.ts') && !/(^|\/)(node_modules|dist)\//.test(name))
    .map((name) => join(folder, name));
}

async function importsIn(folder: string): Promise<Import[]> {
  return (await Promise.all((await filesIn(folder)).map(importsOf))).flat();
}

const files = await filesIn('src');
const imports = await importsIn('src');
const packages = await Promise.all(
  (await readdir('packages')).map(async (folder) => {
    const manifest = Manifest.parse(
      JSON.parse(await readFile(join('packages', folder, 'package.json'), 'utf8')),
    );
    return { folder: join('packages', folder), ...manifest };
  }),
);

describe('the structure of src', () => {
  test('every folder has a row in the table of permitted imports', () => {
    const folders = new Set(files.map(folderOf));
    expect([...folders].filter((folder) => !(folder in MAY_IMPORT))).toEqual([]);
  });

  test('imports go downwards only', () => {
    const upward = imports.filter(
      ({ folder, target, isPackage }) =>
        !isPackage && folder !== target && !MAY_IMPORT[folder]?.includes(target),
    );
    expect(upward.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });

  test('there are no circular imports, not even of types', () => {
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

  test('a feature is imported by its index only', () => {
    const featureImports = imports.filter(
      ({ folder, target }) => FEATURES.includes(target) && folder !== target,
    );
    expect(featureImports.length).toBeGreaterThan(5);
    const direct = featureImports.filter(({ path }) => !path.endsWith(`${sep}index.ts`));
    expect(direct.map(({ file, path }) => `${file} imports ${path}`)).toEqual([]);
  });

  test.each(Object.entries(ONLY_IN))('only the listed folders import %s', (name, folders) => {
    const forbidden = imports.filter(({ folder, target }) => target === name && !folders.includes(folder));
    expect(forbidden.map(({ file }) => file)).toEqual([]);
  });
});

describe.each(packages)('the package $name', ({ folder, name, dependencies }) => {
  test('imports only its own files and its declared dependencies', async () => {
    const own = await importsIn(join(folder, 'src'));
    expect(own.length).toBeGreaterThan(5);
    const foreign = own.filter(({ path, isPackage }) =>
      isPackage
        ? !path.startsWith('node:') && !(path in dependencies)
        : !path.startsWith(join(folder, 'src', sep)),
    );
    expect(foreign.map(({ file, path }) => `${file} imports ${path}`)).toEqual([]);
  });

  test('has tests that import nothing outside the package', async () => {
    const outside = (await importsIn(join(folder, 'test'))).filter(
      ({ path, isPackage }) => !isPackage && !path.startsWith(join(folder, sep)),
    );
    expect(outside.map(({ file, path }) => `${file} imports ${path}`)).toEqual([]);
  });

  test('is imported by its name, and not by src', async () => {
    const others = (await Promise.all(['src', 'client', 'seed', 'bench', 'test'].map(importsIn))).flat();
    const users = others.filter(({ path }) => path === name);
    expect(users.length).toBeGreaterThan(0);
    expect(users.filter(({ file }) => file.startsWith(join('src', sep)))).toEqual([]);
    const around = others.filter(
      ({ path }) => path.startsWith(join(folder, sep)) || path.startsWith(`${name}/`),
    );
    expect(around.map(({ file, path }) => `${file} imports ${path}`)).toEqual([]);
  });
});

test('no test of a project without isolation mocks a module or changes a fixture of others', async () => {
  const tests = (
    await Promise.all(['unit', 'http', 'clients', 'integration'].map((name) => filesIn(`test/${name}`)))
  ).flat();
  expect(tests.length).toBeGreaterThan(150);
  const texts = await Promise.all(tests.map((file) => readFile(file, 'utf8')));
  expect(tests.filter((_, index) => /\bvi\.(do)?mock\(|\.override\(/i.test(texts[index] ?? ''))).toEqual([]);
});

test('no file has more than 350 lines, except generated ones', async () => {
  const folders = ['src', 'client', 'packages', 'seed', 'bench', 'test'];
  const written = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder, { recursive: true }))
        .filter((name) => name.endsWith('.ts') && !/(^|\/)(node_modules|dist)\//.test(name))
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
