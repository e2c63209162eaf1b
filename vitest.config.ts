import { defineConfig } from 'vitest/config';

const projects = ['unit', 'integration', 'http', 'eventstore'] as const;

export default defineConfig({
  test: {
    include: projects.map((kind) => `test/${kind}/**/*.test.ts`),
    globalSetup: ['test/harness/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
