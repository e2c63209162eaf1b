import { defineConfig } from 'vitest/config';

/** Kinds of tests that need no database; the others share one embedded cluster, and each file has its own database. */
const pure = ['unit', 'eventstore'];
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
      ...pure.map((name) => project(name, [])),
      ...onCluster.map((name) => project(name, ['test/harness/global-setup.ts'])),
    ],
  },
});
