import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const page = await readFile('docs/SECURITY.md', 'utf8');

/** `folder/file` in backquotes, and what is quoted after it: the tests of that file. */
const CLAIM = /`((?:unit|http|integration|walk)\/[\w/-]+)`((?:(?:: |, )"[^"]+")*)/g;

const claims = [...page.matchAll(CLAIM)].map(([, file, quoted = '']) => ({
  file: `test/${file}.test.ts`,
  names: [...quoted.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
}));

test('every file of tests that the security page names is there', () => {
  expect(claims.length).toBeGreaterThan(100);
  expect(claims.map(({ file }) => file).filter((file) => !existsSync(file))).toEqual([]);
});

test('every test that it quotes is in that file', async () => {
  const missing: string[] = [];
  for (const { file, names } of claims) {
    const text = await readFile(file, 'utf8');
    missing.push(...names.filter((name) => !text.includes(name)).map((name) => `${file}: ${name}`));
  }
  expect(missing).toEqual([]);
});

test.each(['A', 'B', 'D'])('no defect of part %s is left out', (part) => {
  const last = { A: 19, B: 16, D: 20 }[part] ?? 0;
  const named = [...page.matchAll(new RegExp(`^\\| ${part}(\\d+) \\|`, 'gm'))].map(([, number]) =>
    Number(number),
  );
  expect(named).toEqual(Array.from({ length: last }, (_, index) => index + 1));
});

test('each item of the OWASP API Security Top 10 is there', () => {
  const named = [...page.matchAll(/^\| API(\d+) /gm)].map(([, number]) => Number(number));
  expect(named).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});
