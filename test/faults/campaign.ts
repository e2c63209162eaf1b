import { setTimeout as sleep } from 'node:timers/promises';
import { Rng } from '../harness/rng.ts';
import { createEnvironment, type Environment } from './environment.ts';
import { firstFailure, firstUnlikeJournal } from './inspection.ts';
import { type Ledger, type Outcome, openLedger } from './ledger.ts';
import { startLoad } from './load.ts';
import { untilQuiescent } from './quiescence.ts';
import type { Pace, Step } from './steps.ts';

export interface Campaign {
  readonly seed: number;
  readonly steps: readonly Step[];
  readonly processes: number;
  readonly pace: Pace;
  /** No step begins later than this after the start. A slow machine completes fewer steps, and reports it. */
  readonly lastStepAfterMs: number;
  readonly say: (line: string) => void;
}

/**
 * Injects one fault after another under load. After each, once the system is quiescent, primary, standby and event
 * store must be consistent and complete.
 *
 * The seed determines the order of the steps, their choices and the requests of the clients, but not the timing of
 * machines.
 *
 * @returns the number of steps that were tried.
 *
 * @throws {Error} with the first inconsistency.
 */
export async function runCampaign(campaign: Campaign): Promise<number> {
  const { seed, steps, processes, say } = campaign;
  const environment = await createEnvironment(processes);
  const context: CampaignContext = { environment, ledger: openLedger(), rng: new Rng(seed) };
  const begin = performance.now();
  let tried = 0;
  let keepFolder = true;
  try {
    for (const [index, step] of context.rng.shuffled(steps).entries()) {
      if (performance.now() - begin > campaign.lastStepAfterMs) {
        say(`not tried, for lack of time: ${step.name}`);
        continue;
      }
      await tryStep(step, seed + 1_000 * index, context, campaign);
      tried += 1;
    }
    const found = await firstUnlikeJournal(environment);
    if (found) throw new Error(found);
    keepFolder = false;
    return tried;
  } finally {
    if (keepFolder) say(`what the processes said is in ${environment.folder}`);
    await environment.stop({ keepFolder });
  }
}

interface CampaignContext {
  readonly environment: Environment;
  readonly ledger: Ledger;
  readonly rng: Rng;
}

async function tryStep(
  step: Step,
  seed: number,
  { environment, ledger, rng }: CampaignContext,
  { pace, say }: Campaign,
): Promise<void> {
  const begin = performance.now();
  const load = startLoad(environment, ledger, seed);
  await sleep(pace.calmMs);
  const chosen = await step.run(environment, rng, pace);
  await sleep(pace.calmMs);
  await load.stop();
  await untilQuiescent(environment, ledger, rng);
  const found = await firstFailure(environment, ledger);
  if (found) throw new Error(`${step.name}: ${found}`);
  const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
  say(`${step.name}${chosen ? ` (${chosen})` : ''}: all in its place after ${seconds} s; ${tally(ledger)}`);
}

/** What was requested and answered so far. */
function tally(ledger: Ledger): string {
  const outcomes = ledger.all().flatMap((each) => each.outcomes);
  const count = (kind: Outcome['kind']) => outcomes.filter((each) => each.kind === kind).length;
  return `${ledger.all().length} requests: ${count('acknowledged')} acknowledged, ${count('refused')} refused, ${count('unanswered')} unanswered`;
}
