import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import { array } from '../database/connection.ts';
import type { Transaction } from '../database/transact.ts';
import { type Authority, requireAccount } from '../operation/caller.ts';
import type { Services } from '../operation/operation.ts';
import { Problem, problems } from '../operation/problem.ts';
import { apportion, type Share } from '../rules/apportion.ts';
import { assertMay, assertMayTakePart, type LifecycleAction, statusAfter } from '../rules/lifecycle.ts';
import { Refusal, refuse } from '../rules/refusal.ts';
import { assertRequestable } from '../rules/requested.ts';
import { type ActionOutcome, type Asked, actionView, saveAction } from './action-store.ts';
import type { Action } from './action-wire.ts';
import { applyEffects, type LockedBundle, lockBundles, splitBundles } from './bundle-store.ts';

/** The fields that all action requests share. */
export interface ActionRequest {
  readonly source_id: number;
  readonly user_id?: number | null | undefined;
  readonly granular_certificate_bundle_ids: readonly number[];
  readonly certificate_quantity?: number | null | undefined;
  readonly certificate_bundle_percentage?: number | null | undefined;
}

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

/** What sets one action apart from the others; what they share is in {@link act}. */
export interface Particulars {
  readonly action: LifecycleAction;
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

/** The call of any action. */
export interface ActionCall extends Authority {
  readonly body: ActionRequest;
  readonly query: { readonly dry_run: boolean };
  readonly services: Services;
  readonly requestId: string;
  transact<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  record<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
}

/**
 * The one path of every action on bundles (`certificate-rules.md`, "Acting on bundles"): lock, judge, split, write,
 * record; all or nothing. A refused action is rolled back and then recorded, with its reason, by itself. A dry run is
 * the same work, rolled back at its end; its refusals are not recorded.
 *
 * @throws {Problem | Refusal} what was refused; the problem names the recorded action.
 */
export async function act(call: ActionCall, particulars: Particulars): Promise<Answer> {
  const asked = askedOf(call, particulars);
  try {
    return await call.transact(async (tx) => {
      const actionId = await tx.beginAction();
      const outcome = await perform(tx, call, asked, particulars);
      const view = actionView(await saveAction(tx, actionId, asked, outcome, call.services.clock()));
      if (call.query.dry_run) throw await rehearsed(tx, view);
      return view;
    });
  } catch (error) {
    if (error instanceof Rehearsed) return error.answer;
    throw call.query.dry_run ? error : await recordRefusal(call, asked, error);
  }
}

type Answer = z.output<typeof Action>;

/** Thrown at the end of a dry run, so that all of it is rolled back. */
class Rehearsed extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super('a dry run is rolled back');
    this.answer = answer;
  }
}

/** What would be checked at commit is checked now. */
async function rehearsed(tx: Transaction, view: Answer): Promise<Rehearsed> {
  await tx.query(sql`SET CONSTRAINTS ALL IMMEDIATE`);
  return new Rehearsed({ ...view, action_result: 'Dry run' });
}

function askedOf(
  { body, caller, services, requestId }: ActionCall,
  { action, targetId }: Particulars,
): Asked {
  if (action === 'expire') throw new Error('only the registry expires bundles');
  return {
    actionType: action,
    sourceId: body.source_id,
    targetId,
    userId: caller.userId,
    bundleIds: body.granular_certificate_bundle_ids,
    quantity: body.certificate_quantity,
    percentage: body.certificate_bundle_percentage,
    requestId,
    requestedAt: services.clock(),
  };
}

async function perform(
  tx: Transaction,
  call: ActionCall,
  asked: Asked,
  particulars: Particulars,
): Promise<ActionOutcome> {
  const { action, decide, settle, details = {} } = particulars;
  requireAccount(call, asked.sourceId);
  if (call.body.user_id && call.body.user_id !== call.caller.userId) throw refuse.notTheCaller();
  assertRequestable(asked.bundleIds);
  assertMayTakePart(action, asked);
  const accounts = await lockAccounts(tx, [asked.sourceId, ...(asked.targetId ? [asked.targetId] : [])]);
  const source = accounts.get(asked.sourceId);
  if (source === undefined) throw problems.notFound('account', asked.sourceId);
  const bundles = inOrder(await lockBundles(tx, asked.bundleIds), asked);
  for (const bundle of bundles) assertMay(action, bundle, call.services.clock());
  const locked = { source, target: accounts.get(asked.targetId ?? 0), bundles };
  const { accountId = null, beneficiary = null } = (await decide?.(tx, locked)) ?? {};
  const shares = apportion(bundles, asked);
  const resultingBundleIds = await take(tx, action, bundles, shares, { accountId, beneficiary });
  await settle?.(tx, resultingBundleIds);
  return { result: 'Success', beneficiary, resultingBundleIds, details };
}

/** Holds accounts open while an action is under way. */
async function lockAccounts(tx: Transaction, ids: readonly number[]): Promise<Map<number, OpenAccount>> {
  const rows = await tx.query<OpenAccount>(sql`
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

/** Records a refusal, and gives the error to throw: the same, naming the recorded action. */
async function recordRefusal(call: ActionCall, asked: Asked, error: unknown): Promise<unknown> {
  const problem = error instanceof Refusal ? Problem.of(error) : error;
  if (!(problem instanceof Problem) || problem.status >= 500) return error;
  const details = { code: problem.code, reason: problem.message };
  const outcome: ActionOutcome = { result: 'Failure', resultingBundleIds: [], details };
  const actionId = await call.record(async (tx) => {
    const id = await tx.beginAction();
    await saveAction(tx, id, asked, outcome, call.services.clock());
    return id;
  });
  return problem.with({ action_id: actionId });
}
