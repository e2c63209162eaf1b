import { randomInt } from 'node:crypto';
import { runProgram } from '../../src/program.ts';
import { runCampaign } from './campaign.ts';
import { steps } from './steps.ts';

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
  const chosen = Object.entries(steps).flatMap(([name, step]) => (process.argv.includes(name) ? [step] : []));
  const begin = performance.now();
  setTimeout(() => {
    say(`seed ${seed}: not done after ${minutes} minutes`);
    process.exit(1);
  }, minutes * MINUTE_MS).unref();
  say(`seed ${seed}`);
  await runCampaign({
    seed,
    steps: chosen.length === 0 ? Object.values(steps) : chosen,
    processes: 3,
    pace: { calmMs: 1_500, downMs: 1_000, outageMs: 30_000 },
    lastStepAfterMs: (minutes - STEP_MINUTES) * MINUTE_MS,
    say,
  });
  say(`seed ${seed}: nothing lost, nothing twice, in ${Math.round((performance.now() - begin) / 1_000)} s`);
});
