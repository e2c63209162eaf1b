import { randomInt } from 'node:crypto';
import { runProgram } from '../../src/program.ts';
import { runCampaign } from './campaign.ts';
import { type Step, steps } from './steps.ts';

/**
 * The whole campaign: every fault once, in an order that the seed decides. `SEED=7 npm run test:faults` repeats a seed,
 * `npm run test:faults -- leaderKilled standbySlow` runs these steps only, `MINUTES=4` as many as fit. Exit code 1 at
 * the first violation, when no step was tried, and when the time limit is exceeded.
 */
const MINUTE_MS = 60_000;
/** The time limit of a step, including the last inspection. */
const STEP_MINUTES = 2;

const say = (line: string) => void process.stdout.write(`${line}\n`);

class NothingTried extends Error {}

/**
 * The steps of these names, or all.
 *
 * @throws {NothingTried} for an unknown name, with the known ones.
 */
function stepsNamed(names: readonly string[]): Step[] {
  const all = new Map<string, Step>(Object.entries(steps));
  const chosen = names.map((name) => {
    const step = all.get(name);
    if (step) return step;
    throw new NothingTried(`There is no step ${name}. There are: ${[...all.keys()].join(', ')}.`);
  });
  return chosen.length === 0 ? [...all.values()] : chosen;
}

runProgram(
  async () => {
    const seed = process.env.SEED ? Number(process.env.SEED) : randomInt(2 ** 31);
    const minutes = Number(process.env.MINUTES ?? 10);
    const chosen = stepsNamed(process.argv.slice(2));
    const begin = performance.now();
    setTimeout(() => {
      say(`seed ${seed}: not done after ${minutes} minutes`);
      process.exit(1);
    }, minutes * MINUTE_MS).unref();
    say(`seed ${seed}`);
    const tried = await runCampaign({
      seed,
      steps: chosen,
      processes: 3,
      pace: { calmMs: 1_500, downMs: 1_000, outageMs: 30_000, takeOverMs: 5_000 },
      lastStepAfterMs: (minutes - STEP_MINUTES) * MINUTE_MS,
      say,
    });
    if (tried === 0)
      throw new NothingTried(`seed ${seed}: 0 of ${chosen.length} steps tried; MINUTES is too short`);
    const seconds = Math.round((performance.now() - begin) / 1_000);
    say(
      `seed ${seed}: nothing lost, nothing twice, in ${seconds} s; ${tried} of ${chosen.length} steps tried`,
    );
  },
  { negative: [NothingTried] },
);
