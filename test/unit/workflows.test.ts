import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { generatedFiles } from '../../client/generated.ts';
import { openApiDocument } from '../../src/http/openapi.ts';
import { operations } from '../../src/http/operations.ts';

/** The parts of a workflow that the project depends on. */
const Permissions = z.record(z.string(), z.enum(['read', 'write', 'none']));
const Step = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  'timeout-minutes': z.int().optional(),
});
const Job = z.object({
  needs: z.array(z.string()).optional(),
  if: z.string().optional(),
  permissions: Permissions.optional(),
  strategy: z.object({ matrix: z.record(z.string(), z.array(z.string())) }).optional(),
  'timeout-minutes': z.int(),
  steps: z.array(Step),
});
const Workflow = z.object({
  permissions: Permissions,
  concurrency: z
    .object({ group: z.string(), 'cancel-in-progress': z.union([z.boolean(), z.string()]) })
    .optional(),
  jobs: z.record(z.string(), Job),
});
type Workflow = z.infer<typeof Workflow>;

const FOLDER = '.github/workflows';
const files = await readdir(FOLDER);
const workflow = async (file: string) => Workflow.parse(parse(await readFile(join(FOLDER, file), 'utf8')));
const Manifest = z.object({ engines: z.object({ node: z.string() }) });

test.each(files)('%s can read the repository and no more, except in single jobs', async (file) => {
  expect((await workflow(file)).permissions).toEqual({ contents: 'read' });
});

test.each(files)(
  'every step of %s is a command, or an action at a commit whose version is named',
  async (file) => {
    const text = await readFile(join(FOLDER, file), 'utf8');
    const actions = [...text.matchAll(/uses: (.*)$/gm)].map(([, action = '']) => action);
    for (const action of actions) expect(action).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    for (const { steps } of Object.values((await workflow(file)).jobs)) {
      for (const { uses, run } of steps) {
        expect([uses, run].filter((each) => each !== undefined)).toHaveLength(1);
        if (uses) expect(uses).toMatch(/^(actions|github)\/[\w/-]+@[0-9a-f]{40}$/);
      }
    }
  },
);

describe('continuous integration', () => {
  let ci: Workflow;
  beforeAll(async () => {
    ci = await workflow('ci.yml');
  });

  test('runs the gate on Node.js 20, 22, 24 and 26, from the oldest supported one on', async () => {
    const versions = ci.jobs.gate?.strategy?.matrix.node ?? [];
    expect(versions.map((each) => each.split('.')[0])).toEqual(['20', '22', '24', '26']);
    const { engines } = Manifest.parse(JSON.parse(await readFile('package.json', 'utf8')));
    expect(engines.node).toBe(`>=${versions[0]}`);
  });

  test.each(['gate', 'containers'])('the job %s runs the command of a developer', (name) => {
    expect(ci.jobs[name]?.steps.map(({ run }) => run)).toContain('bash .ci/run');
  });

  test('the gate has a time limit of 15 minutes', () => {
    const gate = ci.jobs.gate?.steps.find(({ run }) => run === 'bash .ci/run');
    expect(gate?.['timeout-minutes']).toBe(15);
  });

  test('the last line of the gate has the number of tests and the total time', async () => {
    const last = /node -e '([^']+)' "\$SECONDS"\nexit/.exec(await readFile('.ci/run', 'utf8'))?.[1] ?? '';
    const cwd = await mkdtemp(join(tmpdir(), 'gate-'));
    onTestFinished(() => rm(cwd, { recursive: true }));
    const counts = { numPassedTests: 2_000, numFailedTests: 1, numPendingTests: 3 };
    await writeFile(join(cwd, 'test-results.json'), JSON.stringify(counts));
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', last, '754'], { cwd });
    expect(stdout).toBe('2000 passed, 1 failed, 3 skipped in 12 min 34 s\n');
  });

  test('one job runs the gate on containers', () => {
    const gate = ci.jobs.containers?.steps.find(({ run }) => run === 'bash .ci/run');
    expect(gate?.env).toMatchObject({ TEST_CLUSTER: 'containers' });
  });

  test('one job builds the image and starts the compose files', () => {
    const commands = ci.jobs.image?.steps.flatMap(({ run }) => run ?? []);
    expect(commands).toEqual(['bash docker/check.sh']);
  });

  test('one job runs the steps of the README, as root, which also runs them as an ordinary user', () => {
    const commands = ci.jobs.newcomer?.steps.flatMap(({ run }) => run ?? []);
    expect(commands).toEqual(['sudo env "PATH=$PATH" bash .ci/newcomer']);
  });

  test('only the release can write, and it runs after everything else, on main', () => {
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

  test('every commit on main is tested, even if a newer one waits', () => {
    expect(ci.concurrency?.group).toMatch(
      /^ci-\$\{\{ github\.event_name == 'push' && github\.sha \|\| github\.ref \}\}$/,
    );
    expect(ci.concurrency?.['cancel-in-progress']).toMatch(
      /^\$\{\{ github\.event_name == 'pull_request' \}\}$/,
    );
  });

  test('the tools of the release have exact versions', () => {
    const command = ci.jobs.release?.steps.at(-1)?.run ?? '';
    const packages = [...command.matchAll(/--package (\S+)/g)].map(([, name]) => name);
    expect(packages.length).toBeGreaterThan(0);
    expect(packages.filter((name) => !/@\d+\.\d+\.\d+$/.test(name ?? ''))).toEqual([]);
  });
});

test('the changelog has the line that a release replaces by a version', async () => {
  const lines = (await readFile('docs/CHANGELOG.md', 'utf8')).split('\n');
  expect(lines.filter((line) => line === '## Unreleased')).toHaveLength(1);
});

describe('a release', () => {
  const Plugin = z.union([z.string(), z.tuple([z.string(), z.record(z.string(), z.unknown())])]);
  const Plan = z.object({ plugins: z.array(Plugin) });
  const Document = z.looseObject({ info: z.looseObject({ version: z.string() }) });
  let plugins: Map<string, Record<string, unknown>>;
  beforeAll(async () => {
    const plan = Plan.parse(JSON.parse(await readFile('.releaserc.json', 'utf8')));
    plugins = new Map(plan.plugins.map((each) => (typeof each === 'string' ? [each, {}] : each)));
  });

  test('regenerates the files that contain the version, with their generators installed', async () => {
    const order = [...plugins.keys()].filter((name) => /\/(npm|exec|git)$/.test(name));
    expect(order).toEqual(['@semantic-release/npm', '@semantic-release/exec', '@semantic-release/git']);
    const { prepareCmd } = plugins.get('@semantic-release/exec') ?? {};
    expect(String(prepareCmd).split(' && ')).toContain('npm run docs');
    const { release } = (await workflow('ci.yml')).jobs;
    expect(release?.steps.map(({ run }) => run)).toContain('npm ci --ignore-scripts');
  });

  test('commits every generated file', async () => {
    const document = Document.parse(openApiDocument(operations));
    const next = { ...document, info: { ...document.info, version: '99.0.0' } };
    const [now, then] = await Promise.all([generatedFiles(document), generatedFiles(next)]);
    expect(then).not.toEqual(now);
    const committed = ['package.json', ...Object.keys(then).map((name) => `client/${name}`)];
    const { assets } = plugins.get('@semantic-release/git') ?? {};
    expect(assets).toEqual(expect.arrayContaining(committed));
  });
});
