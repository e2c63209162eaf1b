import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { type TitledCall, titledCalls } from '../harness/test-titles.ts';

const page = await readFile('docs/SECURITY.md', 'utf8');

/** `folder/file` in backquotes, followed by the quoted titles of that file. */
const CLAIM =
  /`((?:unit|http|isolated|clients|integration|model|eventstore|faults)\/[\w/-]+)`((?:(?:: |, )"[^"]+")*)/g;

const claims = [...page.matchAll(CLAIM)].map(([, file, quoted = '']) => ({
  file: `test/${file}.test.ts`,
  names: [...quoted.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
}));

test('every test file that the security page names exists', () => {
  expect(claims.length).toBeGreaterThan(100);
  expect(claims.map(({ file }) => file).filter((file) => !existsSync(file))).toEqual([]);
});

const files = [...new Set(claims.map(({ file }) => file))].filter((file) => existsSync(file));

/** The calls of a test file and of the modules beside it that it imports: `model/model` has its tests in `history.ts`. */
async function callsOf(file: string): Promise<TitledCall[]> {
  const source = await readFile(file, 'utf8');
  const beside = [...source.matchAll(/ from '(\.\/[\w-]+\.ts)'/g)].map(([, path = '']) =>
    join(dirname(file), path),
  );
  const sources = await Promise.all(beside.map((path) => readFile(path, 'utf8')));
  return [source, ...sources].flatMap(titledCalls);
}

/**
 * The calls of each file, without the groups and tests that assert nothing; `race` asserts how many requests succeed.
 */
const asserting = new Map(
  await Promise.all(
    files.map(async (file) => {
      const calls = await callsOf(file);
      return [file, calls.filter(({ source }) => /\b(expect\w*|race)\(/.test(source))] as const;
    }),
  ),
);

test('every named file has a test that asserts something', () => {
  const empty = [...asserting].filter(([, calls]) => calls.every(({ kind }) => kind !== 'test'));
  expect(empty.map(([file]) => file)).toEqual([]);
});

test('every quoted title is that of a test or a group of tests in its file', () => {
  const missing = claims.flatMap(({ file, names }) => {
    const titles = asserting.get(file)?.map(({ title }) => title);
    return names.filter((name) => !titles?.includes(name)).map((name) => `${file}: ${name}`);
  });
  expect(missing).toEqual([]);
});

test.each([
  ['a comment', "// test('a title', () => expect(1).toBe(1));"],
  ['a string', `const text = "test('a title', () => expect(1).toBe(1))";`],
  ['a skipped test', "test.skip('a title', () => expect(1).toBe(1));"],
  ['a test that is still to be written', "test.todo('a title');"],
])('a title in %s is not that of a test', (_, source) => {
  expect(titledCalls(source)).toEqual([]);
});

test.each(['A', 'B', 'D'])('part %s lists every defect', (part) => {
  const last = { A: 19, B: 16, D: 20 }[part] ?? 0;
  const named = [...page.matchAll(new RegExp(`^\\| ${part}(\\d+) \\|`, 'gm'))].map(([, number]) =>
    Number(number),
  );
  expect(named).toEqual(Array.from({ length: last }, (_, index) => index + 1));
});

test('every item of the OWASP API Security Top 10 is listed', () => {
  const named = [...page.matchAll(/^\| API(\d+) /gm)].map(([, number]) => Number(number));
  expect(named).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});
