import type { TestProject } from 'vitest/node';
import { chooseEventStore } from './server-source.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /**
     * The connection string of a real EventStoreDB; empty if the run has none. `event-store.ts` turns it into what
     * tests use.
     */
    eventStore: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const choice = chooseEventStore(process.env);
  if (choice === 'container') {
    const { startEventStoreContainer } = await import('./containers.ts');
    const { connectionString, stop } = await startEventStoreContainer();
    project.provide('eventStore', connectionString);
    return stop;
  }
  project.provide('eventStore', choice === 'none' ? '' : choice.external);
  return async () => {};
}
