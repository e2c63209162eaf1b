import { access, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { settingNames } from '../../src/config.ts';

const text = await readFile('docs/DEPLOYMENT.md', 'utf8');
const mentioned = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))];
const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * The commands, files and settings that the deployment page names must exist: a procedure with a missing command would
 * fail at the worst time.
 */

test('every make target on the page is in the Makefile', async () => {
  const makefile = await readFile('Makefile', 'utf8');
  const targets = mentioned(/\bmake ([a-z][a-z.]*)\b/g).filter((name) => name.includes('.'));
  expect(targets).toContain('db.update');
  expect(targets.filter((name) => !makefile.includes(`\n${name}:`))).toEqual([]);
});

test('every npm script on the page is in package.json', async () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(await readFile('package.json', 'utf8')));
  const names = mentioned(/\bnpm run ([\w:]+)/g);
  expect(names).toContain('registry:check');
  expect(names.filter((name) => !(name in scripts))).toEqual([]);
});

test('every script, test and page that the page names exists', async () => {
  const paths = [
    ...mentioned(/\b(ops\/[\w-]+)/g),
    ...mentioned(/\bdist\/(command\/[\w-]+)\.js/g).map((name) => `src/${name}.ts`),
    ...mentioned(/`((?:test|src)\/[\w/.-]+)`/g),
    ...mentioned(/\]\(([\w.-]+\.md)\)/g).map((name) => `docs/${name}`),
  ];
  expect(paths.length).toBeGreaterThan(6);
  const there = await Promise.all(paths.map(exists));
  expect(paths.filter((_, index) => !there[index])).toEqual([]);
});

test('every setting on the page is one of the registry', () => {
  const names = mentioned(/\b((?:DATABASE|ESDB|JWT|METRICS|REPLICA|NODE|OTEL)_[A-Z_]+)\b/g);
  expect(names.length).toBeGreaterThan(6);
  expect(names.filter((name) => !settingNames.includes(name))).toEqual([]);
});

test('the manifests on the page are valid YAML, and no probe stops the processes when the primary is down', () => {
  const blocks = mentioned(/^```yaml\n(.*?)^```$/gms);
  expect(blocks.length).toBeGreaterThan(0);
  for (const document of blocks.flatMap((block) => parseAllDocuments(block))) {
    expect('errors' in document ? document.errors : []).toEqual([]);
  }
  expect(mentioned(/httpGet: \{ path: ([\w/]+)/g)).toEqual(['/health']);
});
