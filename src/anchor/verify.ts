import canonicalize from 'canonicalize';
import type { Execute } from '../database/connection.ts';
import { type Verified, type VerifyOptions, verifyJournal } from '../journal/index.ts';
import { type Anchor, digestOf } from './anchor.ts';
import { anchorsFrom } from './anchor-table.ts';
import { type AnchorSource, type Chain, type Place, readChain } from './chain.ts';
import { type EnergyByStatus, energyAfter } from './energy.ts';
import { faultOf, type KeySet } from './key-set.ts';
import type { AnchorStore } from './store.ts';

export interface AnchoredVerifyOptions extends Omit<VerifyOptions, 'differenceAt'> {
  /** Without keys, the anchors of the registry are not verified. */
  readonly keys: KeySet;
  readonly stores: readonly AnchorStore[];
  /** An anchor that somebody kept. */
  readonly since?: Anchor | undefined;
}

export interface AnchoredVerified extends Verified {
  /** The places whose anchors are correct; `null` without keys. */
  readonly places: readonly Place[] | null;
}

const BATCH = 1_000;

/**
 * Verifies the journal ({@link verifyJournal}) and every anchor of the database, of the stores and of `since`: their signatures, their
 * order, and that the chain has the hash, and the entries make the energy by status, that each of them states. If there is no
 * difference, no entry up to an anchor has changed since it was signed.
 *
 * @throws {StoreUnavailable} @throws {EventStoreUnavailable} and the errors of Postgres.
 */
export async function verifyAnchoredJournal(
  execute: Execute,
  { keys, stores, since, ...options }: AnchoredVerifyOptions,
): Promise<AnchoredVerified> {
  const chain = keys.size === 0 ? undefined : await readChain(sourcesOf(execute, stores), keys);
  const places = chain?.places ?? null;
  // An anchor that is not authentic says nothing about the journal.
  const sinceFault = since && faultOfGiven(since, keys, chain);
  if (sinceFault !== undefined) return { verified: 0, compared: null, difference: sinceFault, places };
  const fault = chain?.difference ?? databaseFault(chain);
  const anchors = inOrder(chain, since);
  const verified = await verifyJournal(execute, { ...options, differenceAt: comparingWith(anchors) });
  const difference =
    verified.difference ??
    fault ??
    beyondEnd(anchors, verified.verified) ??
    (await energyDifference(execute, anchors)) ??
    null;
  return { ...verified, difference, places };
}

const DATABASE = 'the database';

/** The database comes last: an anchor is in the database before it is in a store. */
function sourcesOf(execute: Execute, stores: readonly AnchorStore[]): AnchorSource[] {
  return [
    ...stores.map(({ name, read }) => ({ name: `the ${name}`, read })),
    { name: DATABASE, read: () => anchorsIn(execute) },
  ];
}

async function* anchorsIn(execute: Execute): AsyncGenerator<Anchor> {
  for (let next = 0; ; next += BATCH) {
    const anchors = await anchorsFrom(execute, next, BATCH);
    yield* anchors;
    if (anchors.length < BATCH) return;
  }
}

function databaseFault(chain: Chain | undefined): string | undefined {
  const own = chain?.places.find(({ name }) => name === DATABASE)?.anchors ?? 0;
  const other = chain?.places.find(({ anchors }) => anchors > own);
  return other && `${DATABASE} lacks the anchor ${own}, which ${other.name} has`;
}

function faultOfGiven(since: Anchor, keys: KeySet, chain: Chain | undefined): string | undefined {
  const fault = faultOf(since, keys);
  if (fault !== undefined) return `the given anchor ${fault}`;
  const same = chain?.anchors.get(since.number);
  const differs = same !== undefined && digestOf(same) !== digestOf(since);
  return differs ? `the given anchor ${since.number} differs from the one of the registry` : undefined;
}

/** Each once, by position. */
function inOrder(chain: Chain | undefined, since: Anchor | undefined): Anchor[] {
  const all = [...(chain?.anchors.values() ?? []), ...(since ? [since] : [])];
  const byDigest = new Map(all.map((anchor) => [digestOf(anchor), anchor]));
  return [...byDigest.values()].sort((a, b) => a.position - b.position);
}

function comparingWith(anchors: readonly Anchor[]): NonNullable<VerifyOptions['differenceAt']> {
  const byPosition = new Map<number, Anchor[]>();
  for (const anchor of anchors)
    byPosition.set(anchor.position, [...(byPosition.get(anchor.position) ?? []), anchor]);
  return ({ position, hash }) => {
    const anchor = byPosition.get(position)?.find((each) => each.hash !== hash);
    if (anchor === undefined) return undefined;
    return `the chain has another hash than the anchor ${anchor.number}: an entry was changed after ${anchor.signed_at}`;
  };
}

function beyondEnd(anchors: readonly Anchor[], verified: number): string | undefined {
  const beyond = anchors.find(({ position }) => position >= verified);
  return (
    beyond &&
    `the anchor ${beyond.number} has the position ${beyond.position}, which the journal does not reach`
  );
}

async function energyDifference(execute: Execute, anchors: readonly Anchor[]): Promise<string | undefined> {
  let energy: EnergyByStatus = {};
  let from = -1;
  for (const { number, position, energy_wh } of anchors) {
    energy = await energyAfter(execute, energy, { from, to: position });
    from = position;
    if (canonicalize(energy) !== canonicalize(energy_wh))
      return `the anchor ${number} states other energy by status than the entries up to position ${position} make`;
  }
  return undefined;
}
