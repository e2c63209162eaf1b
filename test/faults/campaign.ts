import { setTimeout as sleep } from 'node:timers/promises';
import { chanceOf } from './chance.ts';
import { buildHouse } from './house.ts';
import { firstFailure } from './inspection.ts';
import { type Ledger, type Outcome, openLedger } from './ledger.ts';
import { startLoad } from './load.ts';
import { untilQuiet } from './quiet.ts';
import type { Pace, Step } from './steps.ts';

export interface Campaign {
  readonly seed: number;
  readonly steps: readonly Step[];
  readonly processes: number;
  readonly pace: Pace;
  readonly say: (line: string) => void;
}

/**
 * Breaks one thing after the other under load. After each, when all is quiet again, everything has to be in its place in the primary,
 * the standby and the event store.
 *
 * The seed fixes the order of the steps, what they choose and what the clients ask for, not the order in which machines do it.
 *
 * @throws {Error} with the first thing that was not in its place.
 */
export async function runCampaign({ seed, steps, processes, pace, say }: Campaign): Promise<void> {
  const house = await buildHouse(processes);
  const ledger = openLedger();
  const chance = chanceOf(seed);
  let failure: unknown = 'the campaign was broken off';
  try {
    for (const [index, step] of chance.shuffled(steps).entries()) {
      const begin = performance.now();
      const load = startLoad(house, ledger, seed + 1_000 * index);
      await sleep(pace.calmMs);
      const chosen = await step.run(house, chance, pace);
      await sleep(pace.calmMs);
      await load.stop();
      await untilQuiet(house, ledger, chance);
      const found = await firstFailure(house, ledger);
      if (found) throw new Error(`${step.name}: ${found}`);
      const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
      say(
        `${step.name}${chosen ? ` (${chosen})` : ''}: all in its place after ${seconds} s; ${tally(ledger)}`,
      );
    }
    failure = undefined;
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    if (failure !== undefined) say(`what the processes said is in ${house.folder}`);
    await house.stop({ keepFolder: failure !== undefined });
  }
}

/** What was asked for and answered so far. */
function tally(ledger: Ledger): string {
  const outcomes = ledger.all().flatMap((each) => each.outcomes);
  const count = (kind: Outcome['kind']) => outcomes.filter((each) => each.kind === kind).length;
  return `${ledger.all().length} requests: ${count('acknowledged')} acknowledged, ${count('refused')} refused, ${count('unanswered')} unanswered`;
}
