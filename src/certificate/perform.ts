import { sql } from 'drizzle-orm';
import { array } from '../database/connection.ts';
import type { Transaction } from '../database/transaction.ts';
import { type Authority, requireAccount } from '../operation/caller.ts';
import { Problem, problems } from '../operation/problem.ts';
import { apportion, type Share } from '../rules/apportion.ts';
import { assertBundleList, MOST_BUNDLES } from '../rules/bundle-list.ts';
import { assertMay, assertMayTakePart, type LifecycleAction, statusAfter } from '../rules/lifecycle.ts';
import { Refusal, refuse } from '../rules/refusal.ts';
import {
  type ActionOutcome,
  type ActionRow,
  type Asked,
  type Recurring,
  saveAction,
} from './action-store.ts';
import { applyEffects, type LockedBundle, lockBundles, splitBundles } from './bundle-store.ts';

export interface OpenAccount {
  readonly id: number;
  readonly name: string;
}

/** What an action holds while it decides. `target`: undefined when none was named, or no open account has its id. */
export interface Locked {
  readonly source: OpenAccount;
  readonly target: OpenAccount | undefined;
  readonly bundles: readonly LockedBundle[];
}

/** What sets one action apart from the others; what they share is in {@link perform}. */
export interface Particulars {
  readonly action: Exclude<LifecycleAction, 'expire'>;
  readonly targetId?: number | undefined;
  /** Kept with the action. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Rules and lookups of this action alone, once its accounts and bundles are locked; gives what it writes beside the status. */
  decide?(
    tx: Transaction,
    locked: Locked,
  ): Promise<{ readonly accountId?: number; readonly beneficiary?: string }>;
  /** What else follows, once the bundles carry the effect. */
  settle?(tx: Transaction, bundleIds: readonly number[]): Promise<void>;
}

/** An action as it is to be judged: who wants what. However it came: by HTTP, or by a schedule. */
export interface Order extends Authority {
  readonly asked: Asked;
  /** Asked once all locks are held: what expires while an action waits has expired. */
  readonly clock: () => Date;
}

/**
 * The one path of every action on bundles (rules ACT-1 to ACT-9): lock, judge, split, write. It
 * records nothing by itself.
 *
 * @throws {Problem | Refusal} what was refused; the transaction must then be rolled back.
 */
export async function perform(
  tx: Transaction,
  order: Order,
  particulars: Particulars,
): Promise<ActionOutcome> {
  const { asked, clock } = order;
  const { action, decide, settle, details = {} } = particulars;
  requireOwn(order);
  assertBundleList(asked.bundleIds);
  assertMayTakePart(action, asked);
  const parties = await lockParties(tx, asked);
  const bundles = inOrder(await lockBundles(tx, asked.bundleIds), asked);
  const now = clock();
  for (const bundle of bundles) assertMay(action, bundle, now);
  const { accountId = null, beneficiary = null } = (await decide?.(tx, { ...parties, bundles })) ?? {};
  const shares = apportion(bundles, asked);
  const resultingBundleIds = await take(tx, action, bundles, shares, { accountId, beneficiary });
  await settle?.(tx, resultingBundleIds);
  const energyWh = shares.reduce((sum, share) => sum + share.take, 0);
  return { result: 'Success', beneficiary, resultingBundleIds, energyWh, details };
}

/**
 * Whoever asks may act for the account, and asks for itself.
 *
 * @throws {Problem | Refusal} 404, or 403 `not-the-caller`.
 */
export function requireOwn({ caller, scope, asked }: Order): void {
  requireAccount({ caller, scope }, asked.sourceId);
  if (asked.namedUserId && asked.namedUserId !== caller.userId) throw refuse.notTheCaller();
}

/**
 * The accounts of an action, held open while it is under way.
 *
 * @throws {Problem} 404 for a source that is closed.
 */
export async function lockParties(tx: Transaction, asked: Asked): Promise<Omit<Locked, 'bundles'>> {
  const accounts = await lockAccounts(tx, [asked.sourceId, ...(asked.targetId ? [asked.targetId] : [])]);
  const source = accounts.get(asked.sourceId);
  if (source === undefined) throw problems.notFound('account', asked.sourceId);
  return { source, target: accounts.get(asked.targetId ?? 0) };
}

async function lockAccounts(tx: Transaction, ids: readonly number[]): Promise<Map<number, OpenAccount>> {
  const rows = await tx.execute<OpenAccount>(sql`
    SELECT id, account_name AS name FROM account
    WHERE id = ANY (${array(ids)}::bigint[]) AND deleted_at IS NULL ORDER BY id FOR KEY SHARE`);
  return new Map(rows.map((row) => [row.id, row]));
}

/** The bundles in the order asked for; one of another account looks exactly like one that does not exist. */
function inOrder(locked: readonly LockedBundle[], { bundleIds, sourceId }: Asked): LockedBundle[] {
  const byId = new Map(
    locked.filter(({ accountId }) => accountId === sourceId).map((each) => [each.id, each]),
  );
  const missing = bundleIds.filter((id) => !byId.has(id));
  if (missing.length > 0) throw refuse.bundlesNotFound(missing);
  return bundleIds.flatMap((id) => byId.get(id) ?? []);
}

/** Splits what is taken in part and writes the action's effect; gives the ids of the bundles that carry it. */
async function take(
  tx: Transaction,
  action: LifecycleAction,
  bundles: readonly LockedBundle[],
  shares: readonly Share<number>[],
  written: { accountId: number | null; beneficiary: string | null },
): Promise<number[]> {
  const byId = new Map(bundles.map((bundle) => [bundle.id, bundle]));
  const parts = shares.flatMap(({ id, take: wanted }) => {
    const bundle = byId.get(id);
    return bundle ? [{ bundle, take: wanted }] : [];
  });
  const firstChildren = await splitBundles(
    tx,
    parts.filter(({ bundle, take: wanted }) => wanted < bundle.quantity),
  );
  const effects = parts.map(({ bundle }) => ({
    bundleId: firstChildren.get(bundle.id) ?? bundle.id,
    status: statusAfter(action, bundle),
    priorStatus: action === 'lock' ? bundle.status : null,
  }));
  await applyEffects(tx, effects, written);
  return effects.map(({ bundleId }) => bundleId);
}

/** What an error is, if it is a refusal: something that is recorded, with its reason, and not a failure of ours. */
export function refusalIn(error: unknown): Problem | undefined {
  const problem = error instanceof Refusal ? Problem.of(error) : error;
  return problem instanceof Problem && problem.status < 500 ? problem : undefined;
}

/** Records that an action was refused, and why. What it did must have been rolled back. */
export async function saveRefusal(
  tx: Transaction,
  asked: Asked,
  { code, message }: Problem,
  now: Date,
  recurring?: Recurring,
): Promise<ActionRow> {
  const outcome: ActionOutcome = {
    result: 'Failure',
    resultingBundleIds: [],
    details: { code, reason: message },
    recurring,
  };
  // Of a list that is too long, as much is kept as an action may name: the reason says how long it was.
  const kept = { ...asked, bundleIds: asked.bundleIds.slice(0, MOST_BUNDLES) };
  return saveAction(tx, await tx.beginAction(), kept, outcome, now);
}
