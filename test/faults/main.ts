import { randomInt } from 'node:crypto';
import { ConfigError } from '../../src/config.ts';
import { runProgram } from '../../src/program.ts';
import { runCampaign } from './campaign.ts';
import { type Step, steps } from './steps.ts';

/**
 * The whole campaign: every fault once, in an order that the seed decides. `SEED=7 npm run test:faults` draws the same again,
 * `npm run test:faults -- leaderKilled standbySlow` takes these steps alone, `MINUTES=4` as many as begin in time. Exit code 1 at the
 * first thing that is not in its place, and when the time is over all the same.
 */
const MINUTE_MS = 60_000;
/** A step takes no longer, the last look at everything included. */
const STEP_MINUTES = 2;

const say = (line: string) => void process.stdout.write(`${line}\n`);

runProgram(async () => {
  const seed = process.env.SEED ? Number(process.env.SEED) : randomInt(2 ** 31);
  const minutes = Number(process.env.MINUTES ?? 10);
  const chosen = chosenSteps(process.argv.slice(2));
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
    pace: { calmMs: 1_500, downMs: 1_000, outageMs: 30_000 },
    lastStepAfterMs: (minutes - STEP_MINUTES) * MINUTE_MS,
    say,
  });
  const seconds = Math.round((performance.now() - begin) / 1_000);
  say(`seed ${seed}: ${tried} of ${chosen.length} steps tried, nothing lost, nothing twice, in ${seconds} s`);
  if (tried === 0) process.exitCode = 1;
});

/** @throws {ConfigError} naming what there is, when there is no step of such a name. */
function chosenSteps(names: readonly string[]): readonly Step[] {
  const known = new Map<string, Step>(Object.entries(steps));
  if (names.length === 0) return [...known.values()];
  return names.map((name) => {
    const step = known.get(name);
    if (step === undefined)
      throw new ConfigError(`There is no step ${name}: ${[...known.keys()].join(', ')}`);
    return step;
  });
}
