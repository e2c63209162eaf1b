import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Rng } from '../harness/rng.ts';
import { attempt, send } from './client.ts';
import type { Environment } from './environment.ts';
import type { ActionRequest, IssueRequest, Ledger, Mutation, Outcome } from './ledger.ts';

const WORKERS = 6;
const THINK_MS = 40;
const HOUR_MS = 3_600_000;
/** Issued Wh: more than all actions of a campaign can take, and within the capacity of a device of 100 MW. */
const ISSUED_WH = 50_000_000;
const NEWEST_INTERVAL = Date.parse('2024-01-01T00:00:00Z');

const Found = z.object({
  granular_certificate_bundles: z.array(z.object({ id: z.number(), bundle_quantity: z.number() })),
});

export interface Load {
  /** Resolves when every running request has ended. */
  stop(): Promise<void>;
}

/** Clients that concurrently issue, transfer, cancel and query, at any of the processes, until they are stopped. */
export function startLoad(environment: Environment, ledger: Ledger, seed: number): Load {
  const stopped = new AbortController();
  const work = async (worker: number) => {
    const rng = new Rng(seed + worker);
    while (!stopped.signal.aborted) {
      await turn(environment, ledger, rng);
      await sleep(THINK_MS * (rng.between(50, 150) / 100));
    }
  };
  const workers = Array.from({ length: WORKERS }, (_, worker) => work(worker + 1));
  return {
    async stop() {
      stopped.abort();
      await Promise.all(workers);
    },
  };
}

async function turn(environment: Environment, ledger: Ledger, rng: Rng): Promise<void> {
  const mutation = rng.chance(30)
    ? anIssue(environment, ledger, rng)
    : await anAction(environment, ledger, rng);
  if (mutation === undefined) return;
  const { outcome, consistency } = await ask(environment, ledger, rng, mutation);
  if (outcome.kind === 'acknowledged' && consistency && rng.chance(30)) {
    await lookAt(environment, ledger, rng, mutation, outcome, consistency);
  }
  // A client with a key repeats its request: after no answer, at once at another process; after an answer, as if it had
  // been lost.
  if (mutation.key && rng.chance(outcome.kind === 'unanswered' ? 50 : 20)) {
    await Promise.all([1, 2].map(() => ask(environment, ledger, rng, mutation)));
  }
}

/** Sends a mutation to one of the processes, and records its outcome. */
export async function ask({ apis, people }: Environment, ledger: Ledger, rng: Rng, mutation: Mutation) {
  const url = rng.pick(apis).url();
  const token = mutation.kind === 'issue' ? people.admin : people.trader;
  const attempted = await attempt(url, token, mutation);
  const { outcome } = attempted;
  ledger.record(mutation, outcome);
  if (outcome.kind === 'unanswered' && outcome.why.startsWith('500')) {
    ledger.protest(`${mutation.kind} ${mutation.number} met an error that nobody foresaw`);
  }
  return attempted;
}

const aKey = (rng: Rng) => (rng.chance(50) ? crypto.randomUUID() : undefined);

function anIssue({ people }: Environment, ledger: Ledger, rng: Rng): IssueRequest {
  const account = rng.pick(people.accounts);
  const number = ledger.nextNumber();
  // Backwards in time, because queries return the newest first.
  const start = new Date(NEWEST_INTERVAL - number * HOUR_MS);
  return {
    kind: 'issue',
    number,
    deviceId: account.deviceId,
    start: start.toISOString(),
    quantity: ISSUED_WH,
    key: aKey(rng),
    path: '/certificate/create',
    body: {
      device_id: account.deviceId,
      metadata_id: people.metadataId,
      bundle_quantity: ISSUED_WH,
      production_starting_interval: start.toISOString(),
      production_ending_interval: new Date(start.getTime() + HOUR_MS).toISOString(),
    },
  };
}

/** Part of one or two bundles among the first of a query; other clients may choose the same. */
async function anAction(
  environment: Environment,
  ledger: Ledger,
  rng: Rng,
): Promise<ActionRequest | undefined> {
  const [source, target] = rng.shuffled(environment.people.accounts);
  if (source === undefined || target === undefined) return undefined;
  const bundles = await activeBundles(environment, rng, source.id);
  const number = ledger.nextNumber();
  const small = bundles.filter(({ bundle_quantity }) => bundle_quantity < number);
  const large = bundles.filter(({ bundle_quantity }) => bundle_quantity > number);
  if (large.length === 0) return undefined;
  // The first is taken whole, and the last one split.
  const taken = [...(small.length > 0 && rng.chance(50) ? [rng.pick(small)] : []), rng.pick(large)];
  const isTransfer = rng.chance(60);
  return {
    kind: isTransfer ? 'transfer' : 'cancel',
    number,
    sourceId: source.id,
    targetId: isTransfer ? target.id : null,
    key: aKey(rng),
    path: isTransfer ? '/certificate/transfer' : '/certificate/cancel',
    body: {
      source_id: source.id,
      ...(isTransfer && { target_id: target.id }),
      granular_certificate_bundle_ids: taken.map(({ id }) => id),
      certificate_quantity: number,
    },
  };
}

async function activeBundles({ apis, people }: Environment, rng: Rng, accountId: number) {
  const body = { source_id: accountId, certificate_bundle_status: 'Active', limit: 30 };
  const answer = await send(`${rng.pick(apis).url()}/certificate/query`, people.trader, { body });
  return answer?.status === 202 ? Found.parse(JSON.parse(answer.text)).granular_certificate_bundles : [];
}

/** A client with the token of a write sees it at any process, whatever its standby does. */
async function lookAt(
  { apis, people }: Environment,
  ledger: Ledger,
  rng: Rng,
  { number, kind }: Mutation,
  { body }: Extract<Outcome, { kind: 'acknowledged' }>,
  consistency: string,
): Promise<void> {
  const { id, resulting_bundle_ids: [first = id] = [] } = Made.parse(JSON.parse(body));
  const headers = { 'registry-consistency': consistency };
  const seen = await send(`${rng.pick(apis).url()}/certificate/${first}`, people.admin, { headers });
  if (seen && seen.status !== 200 && seen.status < 500) {
    ledger.protest(
      `bundle ${first}, which ${kind} ${number} made, was answered ${seen.status} to its own client`,
    );
  }
}

const Made = z.object({ id: z.number(), resulting_bundle_ids: z.array(z.number()).optional() });
