import { randomInt } from 'node:crypto';
import { runProgram } from '../../src/program.ts';
import { runCampaign } from './campaign.ts';
import { steps } from './steps.ts';

/**
 * The whole campaign: every fault once, in an order that the seed decides. `SEED=7 npm run test:faults` runs one again,
 * `npm run test:faults -- leaderKilled standbySlow` these steps alone. Exit code 1 at the first thing that is not in its place, and
 * after ten minutes.
 */
const LIMIT_MS = 600_000;

const say = (line: string) => void process.stdout.write(`${line}\n`);

runProgram(async () => {
  const seed = process.env.SEED ? Number(process.env.SEED) : randomInt(2 ** 31);
  const chosen = Object.entries(steps).flatMap(([name, step]) => (process.argv.includes(name) ? [step] : []));
  const begin = performance.now();
  setTimeout(() => {
    say(`seed ${seed}: not done after ten minutes`);
    process.exit(1);
  }, LIMIT_MS).unref();
  say(`seed ${seed}`);
  await runCampaign({
    seed,
    steps: chosen.length === 0 ? Object.values(steps) : chosen,
    processes: 3,
    pace: { calmMs: 1_500, downMs: 1_000, outageMs: 30_000 },
    lastStepAfterMs: 480_000,
    say,
  });
  say(`seed ${seed}: nothing lost, nothing twice, in ${Math.round((performance.now() - begin) / 1_000)} s`);
});
