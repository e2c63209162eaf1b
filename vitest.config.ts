import { defineConfig } from 'vitest/config';

/** Kinds of tests that need no cluster, or break one of their own; the others share one, and each file has its own database. */
const alone = ['unit', 'faults'];
const onCluster = ['integration', 'http', 'walk'];

const project = (name: string, globalSetup: string[]) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], globalSetup },
});

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    reporters: process.env.CI ? ['default', 'json'] : ['default'],
    outputFile: { json: 'test-results.json' },
    projects: [
      ...alone.map((name) => project(name, [])),
      project('eventstore', ['test/harness/event-store-setup.ts']),
      // Of what runs in containers only: the scripts of the compose files.
      ...(process.env.TEST_CLUSTER === 'containers' ? [project('containers', [])] : []),
      ...onCluster.map((name) => project(name, ['test/harness/global-setup.ts'])),
    ],
  },
});
