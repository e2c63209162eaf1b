import type { Sample } from './hostile-clients.ts';

/** What the honest clients noticed of an attack. Times are in milliseconds. */
export interface Measured {
  readonly attack: string;
  readonly number: number;
  /** All requests together, the events that streams brought, and each operation by itself. */
  readonly requests: Compared;
  readonly events: Compared;
  readonly operations: Readonly<Record<string, Compared>>;
  /** Honest requests that were refused or not answered during the attack, and without it. */
  readonly refused: Readonly<Record<'calm' | 'attacked', Refusals>>;
  /** The answers to the attackers, by status. */
  readonly answers: Readonly<Record<string, number>>;
}

type Refusals = Readonly<Record<string, number>>;

interface Compared {
  readonly calm: Distribution;
  readonly attacked: Distribution;
  readonly ratio: Readonly<Record<'p50' | 'p99', number>>;
}

interface Distribution {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
}

export interface Sides {
  readonly attack: string;
  readonly number: number;
  readonly calm: readonly Sample[];
  readonly attacked: readonly Sample[];
  readonly answers: Readonly<Record<string, number>>;
}

/** The criterion: p99 of the honest requests during an attack, as a multiple of that without it. */
const MOST_P99_RATIO = 3;

const EVENT = 'event';

export function compare({ attack, number, calm, attacked, answers }: Sides): Measured {
  const of = (wanted: (operation: string) => boolean) =>
    ratiosOf(timesOf(calm, wanted), timesOf(attacked, wanted));
  const names = [...new Set([...calm, ...attacked].map(({ operation }) => operation))];
  return {
    attack,
    number,
    requests: of((operation) => operation !== EVENT),
    events: of((operation) => operation === EVENT),
    operations: Object.fromEntries(names.map((name) => [name, of((operation) => operation === name)])),
    refused: { calm: refusalsOf(calm), attacked: refusalsOf(attacked) },
    answers,
  };
}

const isRefused = ({ status }: Sample) => status === 0 || status >= 400;

const timesOf = (samples: readonly Sample[], wanted: (operation: string) => boolean): number[] =>
  samples
    .filter((sample) => wanted(sample.operation) && !(isRefused(sample) && sample.operation === EVENT))
    .map(({ ms }) => ms);

function refusalsOf(samples: readonly Sample[]): Refusals {
  const refusals: Record<string, number> = {};
  for (const sample of samples.filter(isRefused)) {
    const what = `${sample.operation} ${sample.status || 'without an answer'}`;
    refusals[what] = (refusals[what] ?? 0) + 1;
  }
  return refusals;
}

function ratiosOf(calm: readonly number[], attacked: readonly number[]): Compared {
  const [before, after] = [distributionOf(calm), distributionOf(attacked)];
  return {
    calm: before,
    attacked: after,
    ratio: { p50: after.p50 / before.p50, p99: after.p99 / before.p99 },
  };
}

function distributionOf(times: readonly number[]): Distribution {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99) };
}

const COLUMNS = [
  'attack',
  'requests',
  'p50 ms',
  'ratio',
  'p99 ms',
  'ratio',
  'events p99 ms',
  'ratio',
  'refused',
  'answers to the attack',
];

/** The table: without the attack > with it. */
export function tableOf(measured: readonly Measured[]): string[] {
  const rows = measured.map(({ number, attack, requests, events, refused, answers }) => [
    `${number} ${attack}`,
    `${requests.calm.count} > ${requests.attacked.count}`,
    ...sides(requests, 'p50'),
    ...sides(requests, 'p99'),
    ...sides(events, 'p99'),
    String(sum(refused.attacked)),
    Object.entries(answers)
      .map(([status, count]) => `${count} x ${status}`)
      .join(', '),
  ]);
  const widths = COLUMNS.map((column, n) =>
    Math.max(column.length, ...rows.map((row) => (row[n] ?? '').length)),
  );
  return [COLUMNS, ...rows].map((row) =>
    row
      .map((cell, n) => cell.padEnd(widths[n] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function sides({ calm, attacked, ratio }: Compared, of: 'p50' | 'p99'): [string, string] {
  return [`${calm[of].toFixed(1)} > ${attacked[of].toFixed(1)}`, `${ratio[of].toFixed(1)} x`];
}

const sum = (refusals: Refusals) => Object.values(refusals).reduce((total, each) => total + each, 0);

/** What does not hold, one line each. */
export function report(measured: readonly Measured[]): string[] {
  return measured.flatMap(({ attack, requests, events, refused }) => [
    ...slow(`${attack}: honest requests`, requests),
    ...slow(`${attack}: events`, events),
    ...Object.entries(refused.attacked).map(
      ([what, count]) => `${attack}: ${count} honest requests were refused: ${what}`,
    ),
    ...Object.entries(refused.calm).map(
      ([what, count]) => `${attack}: ${count} were refused even without the attack: ${what}`,
    ),
  ]);
}

function slow(what: string, { calm, attacked, ratio }: Compared): string[] {
  if (calm.count === 0 || attacked.count === 0) return [`${what}: there were none`];
  return ratio.p99 <= MOST_P99_RATIO ? [] : [`${what} took ${ratio.p99.toFixed(1)} times as long (p99)`];
}
