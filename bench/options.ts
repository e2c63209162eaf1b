import { parseArgs } from 'node:util';
import { ConfigError } from '../src/config.ts';
import type { Line } from './line.ts';
import { readLines } from './read-lines.ts';
import { serviceLines } from './service-lines.ts';
import { writeLines } from './write-lines.ts';

export interface Options {
  readonly lines: readonly Line[];
  /** A revision of the registry to measure beside this one. */
  readonly baseline: string | undefined;
  readonly profile: boolean;
  readonly rounds: number;
  readonly seconds: number;
  /** Bundles of the large account. */
  readonly largeAccount: number;
  /** The file for the results. */
  readonly json: string;
}

const LINES = [...readLines, ...writeLines, ...serviceLines];

const FULL = { rounds: 3, seconds: 6, largeAccount: 1_000_000 };
const QUICK = { rounds: 3, seconds: 1, largeAccount: 100_000 };

/** @throws {ConfigError} for an unknown line or number. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      baseline: { type: 'string' },
      profile: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      json: { type: 'string', default: 'bench-results.json' },
    },
  });
  const usual = values.quick ? QUICK : FULL;
  return {
    ...usual,
    lines: linesNamed(values.only),
    baseline: values.baseline,
    profile: values.profile,
    rounds: wholeNumber('rounds', values.rounds) ?? usual.rounds,
    seconds: wholeNumber('seconds', values.seconds) ?? usual.seconds,
    json: values.json,
  };
}

function linesNamed(only: string | undefined): readonly Line[] {
  if (only === undefined) return LINES;
  return only.split(',').map((name) => {
    const line = LINES.find((each) => each.name === name);
    if (line) return line;
    throw new ConfigError(`--only: ${name} is none of ${LINES.map((each) => each.name).join(', ')}.`);
  });
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined || /^[1-9]\d{0,3}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new ConfigError(`--${name} must be a whole number from 1 to 9999.`);
}
