import { expect, test } from 'vitest';
import { runCampaign } from './campaign.ts';
import { steps } from './steps.ts';

/** A few faults of the campaign, in less than a minute; `npm run test:faults` runs them all. */
test('nothing is lost or done twice when processes and servers are killed under load', async () => {
  const lines: string[] = [];
  const broken = [steps.leaderKilled, steps.primaryStopped, steps.eventStoreDown, steps.standbyPaused];
  const pace = { calmMs: 500, downMs: 300, outageMs: 2_000, takeOverMs: Number.POSITIVE_INFINITY };
  const tried = await runCampaign({
    seed: 20_261_124,
    steps: broken,
    processes: 2,
    pace,
    lastStepAfterMs: Number.POSITIVE_INFINITY,
    say: (line) => lines.push(line),
  });
  expect(tried, lines.join('\n')).toBe(broken.length);
}, 400_000);
