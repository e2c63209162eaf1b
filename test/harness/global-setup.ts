import type { TestProject } from 'vitest/node';
import { startTestCluster } from './cluster.ts';
import { useExternalServers } from './external-servers.ts';
import { chooseCluster } from './server-source.ts';
import type { ClusterUrls } from './urls.ts';

declare module 'vitest' {
  interface ProvidedContext {
    cluster: ClusterUrls;
  }
}

/** One cluster for the whole run, with a migrated template that each test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { urls, stop } = await start();
  project.provide('cluster', urls);
  return stop;
}

/** The only place that depends on the source of the servers; tests see URLs. */
async function start(): Promise<{ urls: ClusterUrls; stop(): Promise<void> }> {
  const choice = chooseCluster(process.env);
  // Imported on demand, because it is large.
  if (choice.from === 'containers') return (await import('./containers.ts')).startPostgresContainers();
  if (choice.from === 'urls') return useExternalServers(choice);
  return startTestCluster({ primaryPort: 15_436, standbyPort: 15_438 });
}
