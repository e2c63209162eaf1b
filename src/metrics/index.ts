import { collectDefaultMetrics, Registry } from 'prom-client';
import { type Counters, createCounters } from './counters.ts';
import { createGauges, type Parts } from './gauges.ts';

export interface Metrics extends Counters {
  readonly contentType: string;
  /** All metrics in Prometheus' text format. */
  text(): Promise<string>;
  stop(): void;
}

let ofProcess: Registry | undefined;

/** Memory, CPU, event loop: facts of the process, of which there is one, however many applications it has. */
function processRegistry(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

/** The metrics of one application. */
export function createMetrics(parts: Parts): Metrics {
  const registry = new Registry();
  const counted = createCounters(registry);
  const refresh = createGauges(registry, parts);
  const stop = parts.database.listen(counted.happened);
  return {
    ...counted,
    contentType: registry.contentType,
    async text() {
      await refresh();
      const texts = await Promise.all([registry, processRegistry()].map((each) => each.metrics()));
      return texts.join('\n');
    },
    stop,
  };
}
