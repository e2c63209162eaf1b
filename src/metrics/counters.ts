import { Counter, Histogram, type Registry } from 'prom-client';
import type { DomainEvent } from '../database/transaction.ts';

const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface CompletedRequest {
  readonly method: string;
  /** The pattern of the route, never the path: there are as many series as routes, not as ids. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

export interface Counters {
  requestCompleted(request: CompletedRequest): void;
  requestShed(reason: 'event loop' | 'connections'): void;
  actionCommitted(fact: DomainEvent): void;
}

/** What this process has counted since it began. */
export function createCounters(registry: Registry): Counters {
  const labelNames = ['method', 'route', 'status'];
  const registers = [registry];
  const requests = new Counter({
    name: 'registry_http_requests_total',
    help: 'Requests answered, by the pattern of their route',
    labelNames,
    registers,
  });
  const durations = new Histogram({
    name: 'registry_http_request_duration_seconds',
    help: 'From the arrival of a request to the end of its answer',
    labelNames,
    buckets: REQUEST_SECONDS,
    registers,
  });
  const shed = new Counter({
    name: 'registry_http_requests_shed_total',
    help: 'Requests answered 503 at once, since too much was under way',
    labelNames: ['reason'],
    registers,
  });
  const actions = new Counter({
    name: 'registry_actions_total',
    help: 'Actions on certificates and issuances that were committed, refused ones as Failure',
    labelNames: ['action', 'result'],
    registers,
  });
  const energy = new Counter({
    name: 'registry_action_energy_wh_total',
    help: 'Energy (Wh) that those actions moved; a refused one moves none',
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
