import { collectDefaultMetrics, Registry } from 'prom-client';
import { type Counters, createCounters } from './counters.ts';
import { createGauges, type MetricSources } from './gauges.ts';

export interface Metrics extends Counters {
  readonly contentType: string;
  /** All metrics in the Prometheus text format. */
  text(): Promise<string>;
  stop(): void;
}

let processMetrics: Registry | undefined;

/** The default metrics of the process (memory, CPU, event loop), shared by all applications in it. */
function processRegistry(): Registry {
  if (processMetrics === undefined) {
    processMetrics = new Registry();
    collectDefaultMetrics({ register: processMetrics });
  }
  return processMetrics;
}

/** Creates the metrics of one application. */
export function createMetrics(parts: MetricSources): Metrics {
  const registry = new Registry();
  const counters = createCounters(registry);
  const refresh = createGauges(registry, parts);
  const stop = parts.database.listen(counters.actionCommitted);
  return {
    ...counters,
    contentType: registry.contentType,
    async text() {
      await refresh();
      const texts = await Promise.all([registry, processRegistry()].map((each) => each.metrics()));
      return texts.join('\n');
    },
    stop,
  };
}
