import { defineConfig } from 'vitest/config';

/** What a kind of tests shares: a cluster, on which each file has its own database, and an EventStoreDB, if the run has a real one. */
const CLUSTER = 'test/harness/global-setup.ts';
const EVENT_STORE = 'test/harness/event-store-setup.ts';

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
      // These need neither, or break servers of their own.
      project('unit', []),
      project('faults', []),
      project('eventstore', [EVENT_STORE]),
      // Of what runs in containers only: the scripts of the compose files.
      ...(process.env.TEST_CLUSTER === 'containers' ? [project('containers', [])] : []),
      project('integration', [CLUSTER, EVENT_STORE]),
      project('http', [CLUSTER, EVENT_STORE]),
      project('model', [CLUSTER]),
    ],
  },
});
