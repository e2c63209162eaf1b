import { Counter, Histogram, type Registry } from 'prom-client';
import type { DomainEvent } from '../database/transaction.ts';

const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface CompletedRequest {
  readonly method: string;
  /** The pattern of the route, such as `/account/:id`, so that the number of time series is bounded. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

export interface Counters {
  requestCompleted(request: CompletedRequest): void;
  requestShed(reason: 'event loop' | 'connections'): void;
  actionCommitted(event: DomainEvent): void;
}

/** Creates the counters of events in this process since its start. */
export function createCounters(registry: Registry): Counters {
  const labelNames = ['method', 'route', 'status'];
  const registers = [registry];
  const requests = new Counter({
    name: 'registry_http_requests_total',
    help: 'Completed HTTP requests by method, route pattern and status',
    labelNames,
    registers,
  });
  const durations = new Histogram({
    name: 'registry_http_request_duration_seconds',
    help: 'Time from the receipt of a request to the end of its response',
    labelNames,
    buckets: REQUEST_SECONDS,
    registers,
  });
  const shed = new Counter({
    name: 'registry_http_requests_shed_total',
    help: 'Requests rejected with 503 because of overload',
    labelNames: ['reason'],
    registers,
  });
  const actions = new Counter({
    name: 'registry_actions_total',
    help: 'Recorded actions on certificates, including issuances; refused ones have the result Failure',
    labelNames: ['action', 'result'],
    registers,
  });
  const energy = new Counter({
    name: 'registry_action_energy_wh_total',
    help: 'Energy in Wh of recorded actions; 0 for refused ones',
    labelNames: ['action', 'result'],
    registers,
  });
  return {
    requestCompleted({ method, route, status, seconds }) {
      requests.inc({ method, route, status });
      durations.observe({ method, route, status }, seconds);
    },
    requestShed: (reason) => shed.inc({ reason }),
    actionCommitted({ action, result, energyWh }) {
      actions.inc({ action, result });
      energy.inc({ action, result }, energyWh);
    },
  };
}
