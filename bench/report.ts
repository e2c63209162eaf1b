import { median } from './figures.ts';
import type { Line, Sample } from './line.ts';

/** All samples of one line. */
export interface Measured {
  readonly line: Line;
  readonly registry: readonly Sample[];
  readonly limit: readonly Sample[];
  readonly baseline: readonly Sample[];
}

/** Medians, and the least and the greatest sample. */
export interface Summary {
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly medianMs?: number;
  readonly p99Ms?: number;
}

export interface LineResult {
  readonly name: string;
  readonly work: string;
  readonly unit: string;
  readonly registry: Summary;
  readonly limit?: Summary & { readonly what: string };
  /** Of the limit. */
  readonly share?: number;
  readonly target?: number;
  readonly reached?: boolean;
  readonly baseline?: Summary;
  /** How many times better than the baseline. */
  readonly timesBaseline?: number;
}

function summarize(samples: readonly Sample[]): Summary | undefined {
  if (samples.length === 0) return undefined;
  const values = samples.map(({ value }) => value);
  const medians = samples.flatMap(({ medianMs }) => medianMs ?? []);
  const p99s = samples.flatMap(({ p99Ms }) => p99Ms ?? []);
  return {
    value: median(values),
    least: Math.min(...values),
    most: Math.max(...values),
    ...(medians.length > 0 ? { medianMs: median(medians), p99Ms: median(p99s) } : {}),
  };
}

export function resultOf({ line, ...samples }: Measured): LineResult {
  const { name, work, unit, target, lessIsBetter, limit: what = '' } = line;
  const registry = summarize(samples.registry);
  if (registry === undefined) throw new Error(`${name} was not measured`);
  const limit = summarize(samples.limit);
  const baseline = summarize(samples.baseline);
  const share = limit && registry.value / limit.value;
  const times = baseline && registry.value / baseline.value;
  return {
    ...{ name, work, unit, registry },
    ...(limit ? { limit: { what, ...limit } } : {}),
    ...(share === undefined ? {} : { share }),
    ...(share === undefined || target === undefined
      ? {}
      : { target, reached: lessIsBetter ? share <= target : share >= target }),
    ...(baseline && times !== undefined ? { baseline, timesBaseline: lessIsBetter ? 1 / times : times } : {}),
  };
}

const digits = (value: number) => (value < 10 ? 1 : 0);
const number = (value: number) =>
  value
    .toLocaleString('en', { maximumFractionDigits: digits(value), useGrouping: true })
    .replaceAll(',', ' ');

const spread = ({ value, least, most }: Summary) => `${number(value)} (${number(least)}-${number(most)})`;

function shareOf({ share, target, reached }: LineResult): string {
  if (share === undefined || target === undefined) return '';
  const text = (each: number) => (target > 1 ? `${each.toFixed(2)} x` : `${Math.round(100 * each)} %`);
  return `${text(share)} (${target > 1 ? 'at most' : 'at least'} ${text(target)})${reached ? '' : ' *'}`;
}

function rowOf(result: LineResult): string[] {
  const { name, unit, registry, limit, baseline, timesBaseline } = result;
  const latency =
    registry.p99Ms === undefined || registry.medianMs === undefined
      ? ''
      : `${registry.medianMs.toFixed(1)} / ${registry.p99Ms.toFixed(1)}`;
  return [
    name,
    unit,
    spread(registry),
    latency,
    limit ? spread(limit) : '',
    shareOf(result),
    ...(baseline && timesBaseline !== undefined ? [spread(baseline), `${timesBaseline.toFixed(1)} x`] : []),
  ];
}

const HEADINGS = ['line', 'unit', 'registry', 'median / p99 ms', 'limit', 'of the limit'];

/** A table for a terminal: medians, with the least and the greatest of the rounds. */
export function tableOf(results: readonly LineResult[], baseline: string | undefined): string {
  const headings = baseline === undefined ? HEADINGS : [...HEADINGS, `baseline ${baseline}`, 'better'];
  const rows = [headings, ...results.map(rowOf)];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    widths
      .map((width, n) => (row[n] ?? '').padEnd(width))
      .join('   ')
      .trimEnd(),
  );
  const missed = results.some(({ reached }) => reached === false) ? ['* misses its target'] : [];
  return [...lines, ...missed].join('\n');
}
