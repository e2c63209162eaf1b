import type { FastifyInstance } from 'fastify';

/** The token with which test registries serve `/metrics`. */
export const METRICS_TOKEN = 'the-token-of-the-tests';

/** A response of `/metrics`, for the look-up of values. */
export interface Metrics {
  readonly text: string;
  /** The names of all metrics, including those without a value. */
  readonly names: string[];
  values(name: string): number[];
  value(name: string, labels?: Record<string, string>): number | undefined;
}

export const metricsAuthorization = { authorization: `Bearer ${METRICS_TOKEN}` };

export async function metricsOf(app: FastifyInstance): Promise<Metrics> {
  const { statusCode, body } = await app.inject({ url: '/metrics', headers: metricsAuthorization });
  if (statusCode !== 200) throw new Error(`/metrics answered ${statusCode}: ${body}`);
  return parseMetrics(body);
}

/** Parses Prometheus' text format. It needs no test runner, because programs use it too. */
export function parseMetrics(body: string): Metrics {
  const samples = [...body.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name, labels = '', value]) => ({
    name,
    labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text]) => [key, text])),
    value: Number(value),
  }));
  const of = (name: string) => samples.filter((sample) => sample.name === name);
  return {
    text: body,
    names: [...body.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => String(name)),
    values: (name) => of(name).map(({ value }) => value),
    value: (name, labels = {}) =>
      of(name).find(({ labels: own }) => Object.entries(labels).every(([key, text]) => own[key] === text))
        ?.value,
  };
}
