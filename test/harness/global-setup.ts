import type { TestProject } from 'vitest/node';
import { type ClusterUrls, startTestCluster } from './cluster.ts';

declare module 'vitest' {
  interface ProvidedContext {
    cluster: ClusterUrls;
  }
}

/** One cluster for the whole run, with a migrated template that each test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startTestCluster({ primaryPort: 15_436, standbyPort: 15_438 });
  project.provide('cluster', cluster.urls);
  return cluster.stop;
}
