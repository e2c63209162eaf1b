import { expect } from 'vitest';
import { runDue } from '../harness/recurring.ts';
import { bundlesIn, difference } from './db-snapshot.ts';
import { type Piece, quantityOf } from './ledger.ts';
import type { ModelRun } from './model-run.ts';
import { answerCode } from './order.ts';
import { type ActionBody, act, hasLapsed } from './reference-model.ts';

/** Recurring actions: a history creates them, and later lets the registry execute those that are due. */

const DAY_MS = 86_400_000;

export interface Recurring {
  readonly id: number;
  readonly by: number;
  readonly action: 'transfer' | 'cancel';
  readonly body: Pick<ActionBody, 'source_id' | 'target_id' | 'beneficiary'>;
  readonly quantity: number;
  readonly first: number;
  readonly periodMs: number;
  readonly runs: number;
  done: number;
}

/** Requests a few runs, the first one at once. */
export async function recur(run: ModelRun): Promise<void> {
  const { rng, generator, ledger, now } = run;
  const source = generator.any(({ status }) => status === 'Active')?.account ?? generator.anyAccount();
  const by = rng.chance(90) ? generator.userOf(source) : generator.anyUser();
  const action = rng.pick(['transfer', 'cancel'] as const);
  const body = {
    source_id: source,
    ...(action === 'transfer' ? { target_id: generator.target(source) } : {}),
    ...(action === 'cancel' && rng.chance(50) ? { beneficiary: 'Green Ltd' } : {}),
  };
  const quantity = rng.between(1, rng.pick([1_000, 5_000, 20_000]));
  const [days, runs] = [rng.between(1, 9), rng.between(1, 5)];
  const answer = await run.clientOf(by).post(`/certificate/recurring_${action}`, {
    ...body,
    certificate_quantity: quantity,
    recurring_action_period_units: 'days',
    recurring_action_period_quantity: days,
    number_of_recurring_actions: runs,
  });
  const judged = { action, by, isDry: true, body: { ...body, granular_certificate_bundle_ids: [] } };
  const refusals = act(ledger, judged, now).expected.filter((each) => each !== '422 no-bundles');
  const status = answerCode({ status: answer.statusCode, body: answer.json() });
  expect(refusals.length > 0 ? refusals : ['202'], `${by}: ${JSON.stringify(body)}`).toContain(status);
  run.note(`recurring_${action}`, status, true);
  run.steps++;
  if (status !== '202') return;
  const id: number = answer.json().details.recurring_action_id;
  const schedule = { quantity, first: now, periodMs: days * DAY_MS, runs, done: 0 };
  run.recurring.push({ id, by, action, body, ...schedule });
}

/** Executes due work: all missed runs, once, in turns of the users; a second tick does nothing. */
export async function runRecurring(run: ModelRun): Promise<void> {
  const { ledger, registry, now } = run;
  const touched = new Set<string>();
  const served = new Set<number>();
  for (let due = nextDue(run, served); due; due = nextDue(run, served)) {
    served.add(due.by);
    for (const name of runOnce(run, due)) touched.add(name);
  }
  await runDue(registry, new Date(now));
  await runDue(registry, new Date(now));
  const rows = await bundlesIn(registry.primary, [...touched]);
  for (const [key, { id }] of rows) {
    ledger.learn(id, key);
    run.generator.offer(key);
  }
  const pieces = [...ledger.pieces.values()].filter(({ issuance }) => touched.has(issuance));
  expect(difference(ledger, pieces, rows), `runs at step ${run.steps}`).toBeUndefined();
  ledger.settle();
}

const nextRun = ({ first, periodMs, runs, done }: Recurring) =>
  done < runs ? first + done * periodMs : Number.POSITIVE_INFINITY;

/** In a turn each user has one run, the one due longest. The turn is over when every user who has one due had it. */
function nextDue({ recurring, now }: ModelRun, served: Set<number>): Recurring | undefined {
  const due = recurring
    .filter((each) => nextRun(each) <= now)
    .toSorted((a, b) => nextRun(a) - nextRun(b) || a.id - b.id);
  const next = due.find(({ by }) => !served.has(by));
  if (next === undefined) served.clear();
  return next ?? due[0];
}

/** One run by the reference model; returns the issuances that it took from. */
function runOnce(run: ModelRun, due: Recurring): string[] {
  const { ledger, now } = run;
  const { action, by, body, quantity } = due;
  const chosen = choose(run, body.source_id, quantity);
  const granular_certificate_bundle_ids = chosen.flatMap(({ key }) => ledger.idOf.get(key) ?? []);
  const asked = { ...body, granular_certificate_bundle_ids, certificate_quantity: quantity };
  const before = ledger.pieces.size;
  const { expected } = act(ledger, { action, by, isDry: false, body: asked }, now);
  const isDone = expected.includes('202');
  // The ids of the children of a split are above all others, in an unspecified order.
  for (const { key } of [...ledger.pieces.values()].slice(before)) ledger.learn(run.provisional++, key);
  due.done++;
  run.recorded[isDone ? 'Success' : 'Failure']++;
  const what = `run of recurring_${action} ${isDone ? 'done' : 'refused'}`;
  run.answers.set(what, (run.answers.get(what) ?? 0) + 1);
  const isClosed = (id: number | undefined) => ledger.accounts.get(id ?? 0)?.closed === true;
  // A closed account never reopens, so a refused recurring action is over.
  if (!isDone && (isClosed(body.source_id) || isClosed(body.target_id))) due.done = due.runs;
  return isDone ? chosen.map(({ issuance }) => issuance) : [];
}

/** Active, unexpired bundles by interval and id, as many as the quantity needs. */
function choose({ ledger, now }: ModelRun, account: number, quantity: number): Piece[] {
  const startOf = ({ issuance }: Piece) => issuance.slice(issuance.indexOf('-') + 1);
  const idOf = ({ key }: Piece) => ledger.idOf.get(key) ?? 0;
  const offered = [...ledger.pieces.values()]
    .filter((piece) => piece.account === account && piece.status === 'Active' && !hasLapsed(piece, now))
    .toSorted((a, b) => startOf(a).localeCompare(startOf(b)) || idOf(a) - idOf(b));
  const chosen: Piece[] = [];
  for (let left = quantity; left > 0; ) {
    const next = offered[chosen.length];
    if (next === undefined) break;
    chosen.push(next);
    left -= quantityOf(next);
  }
  return chosen;
}
