import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

/** What GitHub is told to run, as far as the project cares. */
const Permissions = z.record(z.string(), z.enum(['read', 'write', 'none']));
const Step = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
  env: z.record(z.string(), z.string()).optional(),
});
const Job = z.object({
  needs: z.array(z.string()).optional(),
  if: z.string().optional(),
  permissions: Permissions.optional(),
  strategy: z.object({ matrix: z.record(z.string(), z.array(z.string())) }).optional(),
  'timeout-minutes': z.int(),
  steps: z.array(Step),
});
const Workflow = z.object({ permissions: Permissions, jobs: z.record(z.string(), Job) });
type Workflow = z.infer<typeof Workflow>;

const FOLDER = '.github/workflows';
const files = await readdir(FOLDER);
const workflow = async (file: string) => Workflow.parse(parse(await readFile(join(FOLDER, file), 'utf8')));
const Manifest = z.object({ engines: z.object({ node: z.string() }) });

test.each(files)('%s may read the repository and no more, whatever single jobs may', async (file) => {
  expect((await workflow(file)).permissions).toEqual({ contents: 'read' });
});

test.each(files)('every step of %s is a command, or an action of a version that is named', async (file) => {
  for (const { steps } of Object.values((await workflow(file)).jobs)) {
    for (const { uses, run } of steps) {
      expect([uses, run].filter((each) => each !== undefined)).toHaveLength(1);
      if (uses) expect(uses).toMatch(/^(actions|github)\/[\w/-]+@v\d+$/);
    }
  }
});

describe('continuous integration', () => {
  let ci: Workflow;
  beforeAll(async () => {
    ci = await workflow('ci.yml');
  });

  test('runs the gate on Node.js 20, 22 and 24, from the oldest that the project allows', async () => {
    const versions = ci.jobs.gate?.strategy?.matrix.node ?? [];
    expect(versions.map((each) => each.split('.')[0])).toEqual(['20', '22', '24']);
    const { engines } = Manifest.parse(JSON.parse(await readFile('package.json', 'utf8')));
    expect(engines.node).toBe(`>=${versions[0]}`);
  });

  test.each(['gate', 'containers'])('the job %s runs what a developer runs', (name) => {
    expect(ci.jobs[name]?.steps.map(({ run }) => run)).toContain('bash .ci/run');
  });

  test('one job runs the gate on containers', () => {
    const gate = ci.jobs.containers?.steps.find(({ run }) => run === 'bash .ci/run');
    expect(gate?.env).toEqual({ TEST_CLUSTER: 'containers' });
  });

  test('one job builds the image and starts the compose files', () => {
    const commands = ci.jobs.image?.steps.flatMap(({ run }) => run ?? []);
    expect(commands).toEqual(['bash docker/check.sh']);
  });

  test('only the release may write, and it comes after everything else, on main', () => {
    const { release, ...others } = ci.jobs;
    expect(Object.values(others).filter(({ permissions }) => permissions)).toEqual([]);
    expect(release?.permissions).toEqual({ contents: 'write' });
    expect([...(release?.needs ?? [])].sort()).toEqual(Object.keys(others).sort());
    expect(release?.if).toBe("github.event_name == 'push' && github.ref == 'refs/heads/main'");
  });

  test('only the release keeps the token of its checkout', () => {
    for (const [name, { steps }] of Object.entries(ci.jobs)) {
      const checkout = steps.find(({ uses }) => uses?.startsWith('actions/checkout@'));
      expect(checkout?.with?.['persist-credentials'], name).toBe(name === 'release' ? undefined : false);
    }
  });

  test('the programs of the release have exact versions', () => {
    const command = ci.jobs.release?.steps.at(-1)?.run ?? '';
    const packages = [...command.matchAll(/--package (\S+)/g)].map(([, name]) => name);
    expect(packages.length).toBeGreaterThan(0);
    expect(packages.filter((name) => !/@\d+\.\d+\.\d+$/.test(name ?? ''))).toEqual([]);
  });
});

test('the changelog has the line that a release turns into a version', async () => {
  const lines = (await readFile('docs/CHANGELOG.md', 'utf8')).split('\n');
  expect(lines.filter((line) => line === '## Unreleased')).toHaveLength(1);
});
