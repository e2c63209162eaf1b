import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { DEVELOPMENT_JWT_SECRET } from '../../../src/config.ts';

const dockerfile = await readFile('Dockerfile', 'utf8');
const stages = dockerfile.split(/^(?=FROM )/m).filter((part) => part.startsWith('FROM '));
const production = stages.at(-1) ?? '';

test('the last stage is production: without root, with a health check, and with signals that reach Node.js', () => {
  expect(production).toMatch(/^FROM base AS production$/m);
  expect(production).toMatch(/^USER node$/m);
  expect(production).toMatch(/^HEALTHCHECK [^\n]*\\\n +CMD \["node", .*\/health`\)/m);
  // A shell between Docker and Node.js would not forward SIGTERM.
  expect(production).toMatch(/^CMD \["node", .*"dist\/main\.js"\]$/m);
  expect(production).not.toMatch(/^(RUN|ADD) /m);
});

test('every stage starts from the pinned image', () => {
  expect(stages[0]).toMatch(/^FROM node:24-bookworm-slim@sha256:[0-9a-f]{64} AS base$/m);
  const names = stages.map((stage) => /^FROM (\S+) AS (\w+)$/m.exec(stage));
  for (const [, from = ''] of names.slice(1).map((match) => match ?? [])) {
    expect(names.map((match) => match?.[2])).toContain(from);
  }
});

const Manifest = z.object({ dependencies: z.record(z.string(), z.string()) });
const nameOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

test('all imports of src are available without the development packages', async () => {
  const { dependencies } = Manifest.parse(JSON.parse(await readFile('package.json', 'utf8')));
  const files = (await readdir('src', { recursive: true })).filter((name) => name.endsWith('.ts'));
  const missing = new Set<string>();
  for (const file of files) {
    const text = await readFile(join('src', file), 'utf8');
    for (const [, specifier = ''] of text.matchAll(
      /^(?:import|export)\b(?! type\b)[^;]*?(?:from|import) '([^.'][^']*)';/gms,
    )) {
      const name = nameOf(specifier);
      const isBuiltin = specifier.startsWith('node:') || builtinModules.includes(name);
      if (!isBuiltin && !(name in dependencies)) missing.add(`${file}: ${name}`);
    }
  }
  expect([...missing]).toEqual([]);
});

test('the build context has no settings, no history and no installed packages', async () => {
  const lines = (await readFile('.dockerignore', 'utf8')).trim().split('\n');
  expect(lines[0]).toBe('*');
  const admitted = lines.slice(1).map((line) => line.replace(/^!/, ''));
  expect(admitted).toEqual(expect.arrayContaining(['src', 'migrations', 'package-lock.json', '.npmrc']));
  for (const secret of ['.env', '.git', 'node_modules', '.registry']) expect(admitted).not.toContain(secret);
});

test('the container scripts are executable', async () => {
  const scripts = (await readdir('docker', { recursive: true })).filter((name) => name.endsWith('.sh'));
  expect(scripts.length).toBe(6);
  for (const script of scripts) execFileSync('bash', ['-n', join('docker', script)]);
});

describe('a container of the development image', () => {
  const secretWith = (settings: Record<string, string>): string =>
    execFileSync('sh', ['docker/registry/own-secret.sh', 'sh', '-c', 'printf %s "$JWT_SECRET_KEY"'], {
      env: { PATH: process.env.PATH, ...settings },
      encoding: 'utf8',
    });

  test('starts every program through the script that generates a secret, which the image contains', async () => {
    const development = stages.find((stage) => stage.includes(' AS development'));
    expect(development).toMatch(/^ENTRYPOINT \["sh", "docker\/registry\/own-secret\.sh"\]$/m);
    expect(await readFile('.dockerignore', 'utf8')).toMatch(/^!docker\/registry$/m);
    expect(production).not.toMatch(/ENTRYPOINT/);
  });

  test.each<[string, Record<string, string>]>([
    ['no secret', {}],
    ['an empty secret', { JWT_SECRET_KEY: '' }],
    ['the published secret', { JWT_SECRET_KEY: DEVELOPMENT_JWT_SECRET }],
  ])('generates another secret at each start with %s', (_, settings) => {
    const secrets = [secretWith(settings), secretWith(settings)];
    for (const secret of secrets) expect(secret).toMatch(/^[A-Za-z0-9+/]{64}$/);
    expect(new Set(secrets).size).toBe(2);
  });

  test('keeps a secret that is set', () => {
    expect(secretWith({ JWT_SECRET_KEY: 'a secret that was set' })).toBe('a secret that was set');
  });
});
