import { defineConfig } from 'vitest/config';

/** Kinds of tests that need no cluster, or break one of their own; the others share one, and each file has its own database. */
const alone = ['unit', 'eventstore', 'faults'];
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
      ...onCluster.map((name) => project(name, ['test/harness/global-setup.ts'])),
    ],
  },
});
