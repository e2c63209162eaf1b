import { expect } from 'vitest';
import type { Client } from '../harness/client.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';
import { Rng } from '../harness/rng.ts';
import { bundlesIn, difference } from './db-snapshot.ts';
import { Generator } from './generator.ts';
import { Ledger, type Piece } from './ledger.ts';
import { answerCode, type Exchange, explain } from './order.ts';
import type { Recurring } from './recurring.ts';
import type { Request } from './registry-model.ts';
import { send } from './send.ts';

export interface Options {
  readonly seed: number;
  /** The most requests at the same time. */
  readonly atOnce: number;
  /** The address of the registry, for requests over a socket. */
  readonly address: string;
}

/** A random history of a registry, and the ledger with the expected state. */
export class ModelRun {
  readonly registry: TestRegistry;
  readonly ledger = new Ledger();
  readonly rng: Rng;
  readonly generator: Generator;
  readonly clients = new Map<number, Client>();
  readonly options: Options;
  /** How often each answer was given to each kind of request. */
  readonly answers = new Map<string, number>();
  /** Actions that the registry must have recorded, by their result. */
  readonly recorded = { Success: 0, Failure: 0 };
  /** Answers to requests with an Idempotency-Key. */
  readonly kept: Exchange[] = [];
  readonly recurring: Recurring[] = [];
  /** For bundles that a run created, until their ids are known: above all ids of the registry. */
  provisional = 1_000_000_000_000;
  /** Bundles that the registry expired by itself. */
  expired = 0;
  now = NOW.getTime();
  steps = 0;

  constructor(registry: TestRegistry, metadataId: number, options: Options) {
    this.registry = registry;
    this.options = options;
    this.rng = new Rng(options.seed);
    this.generator = new Generator(this.ledger, this.rng, metadataId);
  }

  /** One to a few concurrent requests, often for the same bundle. */
  async wave(): Promise<void> {
    const width = Math.min(this.rng.pick([1, 1, 2, 3, 4]), this.options.atOnce);
    const first = this.generator.next(this.now);
    const rival = this.rng.chance(60) ? this.#leadOf(first) : undefined;
    const more = Array.from({ length: width - 1 }, () => this.generator.next(this.now, rival));
    await this.exchange(withOneDryRunEach([first, ...more]));
  }

  #leadOf(request: Request): Piece | undefined {
    if (request.kind !== 'act') return undefined;
    return this.ledger.pieceOf(request.body.granular_certificate_bundle_ids[0] ?? 0);
  }

  /** Sends concurrent requests, and asserts that their answers and effects are those of some serial order. */
  async exchange(requests: readonly Request[]): Promise<Exchange[]> {
    const touched = this.#touchedBy(requests);
    const exchanges = await Promise.all(requests.map((request) => this.send(request)));
    const rows = await bundlesIn(this.registry.primary, [...touched]);
    const problem = explain(this.ledger, { exchanges, rows, touched, now: this.now });
    if (problem !== undefined) throw new Error(`step ${this.steps}: ${problem}\n${account(exchanges)}`);
    for (const [key, { id }] of rows) {
      if (!this.ledger.idOf.has(key)) this.generator.offer(key);
      this.ledger.learn(id, key);
    }
    for (const exchange of exchanges) this.#note(exchange);
    this.steps += requests.length;
    return exchanges;
  }

  async send(request: Request, key?: string): Promise<Exchange> {
    const client = this.clientOf(request.by);
    const bySocket = this.rng.chance(10) ? this.options.address : undefined;
    return { request, ...(await send(request, { client, address: bySocket, key })) };
  }

  clientOf(userId: number): Client {
    const client = this.clients.get(userId);
    if (client === undefined) throw new Error(`user ${userId} is not logged in`);
    return client;
  }

  #touchedBy(requests: readonly Request[]): Set<string> {
    const names = requests.flatMap((request) => {
      if (request.kind === 'act') {
        return request.body.granular_certificate_bundle_ids.flatMap(
          (id) => this.ledger.pieceOf(id)?.issuance ?? [],
        );
      }
      return request.kind === 'issue'
        ? [`${request.body.device_id}-${request.body.production_starting_interval}`]
        : [];
    });
    return new Set(names);
  }

  #note(exchange: Exchange): void {
    const { request } = exchange;
    const isAction = request.kind === 'act';
    const what = isAction ? request.action : request.kind;
    const isJudged = this.note(what, answerCode(exchange), isAction && !request.isDry);
    const hasKey = (request.kind === 'act' || request.kind === 'issue') && request.key !== undefined;
    if (isJudged && hasKey) this.kept.push(exchange);
  }

  /** Counts an answer, and the action that must be in the log; returns whether the rules were evaluated. */
  note(what: string, answer: string, isLogged: boolean): boolean {
    const both = `${what} ${answer}`;
    this.answers.set(both, (this.answers.get(both) ?? 0) + 1);
    const isJudged = !/not-allowed|invalid-fields/.test(answer);
    if (isJudged && isLogged) this.recorded[answer.startsWith('2') ? 'Success' : 'Failure']++;
    return isJudged;
  }

  /** Advances the clock, and logs everybody in again. */
  async wait(ms: number): Promise<void> {
    this.now += ms;
    this.registry.setClock(new Date(this.now));
    for (const [id, client] of this.clients) this.clients.set(id, await this.registry.again(client));
    this.generator.tidy(this.now);
  }

  /** Compares the whole registry with the ledger. */
  async expectAll(): Promise<void> {
    const rows = await bundlesIn(this.registry.primary);
    expect(difference(this.ledger, [...this.ledger.pieces.values()], rows)).toBeUndefined();
    const { rows: actions } = await this.registry.primary.query(
      'SELECT action_result AS result, count(*)::int AS n FROM action WHERE user_id IS NOT NULL GROUP BY 1',
    );
    const recorded = Object.fromEntries(actions.map(({ result, n }) => [result, n]));
    expect({ Success: 0, Failure: 0, ...recorded }).toEqual(this.recorded);
  }
}

const account = (exchanges: readonly Exchange[]) =>
  exchanges
    .map(
      (each, n) =>
        `${n}: ${JSON.stringify(each.request)}\n   ${answerCode(each)} ${JSON.stringify(each.body).slice(0, 600)}`,
    )
    .join('\n');

/** Requests at the same time, without the further dry runs of a user: the registry executes one at a time (API-55). */
function withOneDryRunEach(requests: readonly Request[]): Request[] {
  const asking = new Set<number>();
  return requests.filter((request) => {
    if (request.kind !== 'act' || !request.isDry) return true;
    const isFirst = !asking.has(request.by);
    asking.add(request.by);
    return isFirst;
  });
}
