import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Shared by the tests of a project: a cluster, on which each file has its own database, and a real EventStoreDB if there is one. */
const CLUSTER = 'test/harness/global-setup.ts';
const EVENT_STORE = 'test/harness/event-store-setup.ts';

const project = (name: string, globalSetup: string[], folder = `test/${name}`) => ({
  extends: true as const,
  test: { name, include: [`${folder}/**/*.test.ts`], globalSetup },
});

/**
 * The files of a worker share its modules, which saves half of their CPU time. A file that mocks a module, which
 * another one may have loaded, belongs to `isolated`.
 */
const withSharedModules = (name: string, globalSetup: string[]) => {
  const { test, ...rest } = project(name, globalSetup);
  return { ...rest, test: { ...test, isolate: false } };
};

export default defineConfig({
  // The package's sources, as in the paths of tsconfig.json, so that nothing has to be built before a test.
  resolve: {
    alias: {
      'embedded-postgres-cluster': fileURLToPath(
        new URL('packages/embedded-postgres-cluster/src/index.ts', import.meta.url),
      ),
    },
  },
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    reporters: process.env.CI ? ['default', 'json'] : ['default'],
    outputFile: { json: 'test-results.json' },
    projects: [
      // These need neither, or start servers of their own.
      withSharedModules('unit', []),
      project('faults', []),
      project('packages', [], 'packages/*/test'),
      project('eventstore', [EVENT_STORE]),
      // The scripts of the compose files, which run in containers only.
      ...(process.env.TEST_CLUSTER === 'containers' ? [project('containers', [])] : []),
      withSharedModules('integration', [CLUSTER, EVENT_STORE]),
      withSharedModules('http', [CLUSTER, EVENT_STORE]),
      withSharedModules('clients', [CLUSTER, EVENT_STORE]),
      // These mock modules.
      project('isolated', [CLUSTER, EVENT_STORE]),
      project('model', [CLUSTER]),
    ],
  },
});
