import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import { array } from '../database/connection.ts';
import type { Transaction } from '../database/transaction.ts';
import { type Authority, requireAccount } from '../operation/caller.ts';
import type { Services } from '../operation/operation.ts';
import { Problem, problems } from '../operation/problem.ts';
import { amountOf, apportion, type Share } from '../rules/apportion.ts';
import { assertBundleList } from '../rules/bundle-list.ts';
import { assertMay, assertMayTakePart, type LifecycleAction, statusAfter } from '../rules/lifecycle.ts';
import { Refusal, refuse } from '../rules/refusal.ts';
import type { AccountId, BundleId, UserId, Wh } from '../rules/units.ts';
import type { Action } from './action-schemas.ts';
import {
  type ActionIntent,
  type ActionOutcome,
  actionView,
  type RecordedAs,
  saveAction,
} from './action-store.ts';
import { applyEffects, type LockedBundle, lockBundles, splitBundles } from './bundle-store.ts';
import { saveRefusal } from './refused-action.ts';

/** The definition of one kind of action: what distinguishes it from the others. {@link executeAction} does the rest. */
export interface ActionDefinition extends RecordedAs {
  readonly type: Exclude<LifecycleAction, 'expire'>;
  /** Stored with the action. */
  readonly details?: Readonly<Record<string, unknown>>;
  /**
   * Evaluates the rules and lookups of this kind of action, once its accounts and bundles are locked. Returns what is
   * written to the bundles besides their status.
   */
  decide?(
    tx: Transaction,
    locked: LockedAction,
  ): Promise<{ readonly accountId?: AccountId; readonly beneficiary?: string }>;
  /** Further writes, after the bundles were changed. They refuse nothing: a dry run omits them. */
  settle?(tx: Transaction, bundleIds: readonly BundleId[]): Promise<void>;
}

interface OpenAccount {
  readonly id: AccountId;
  readonly name: string;
}

/** What an action has locked when it decides. `target`: undefined if none was named or no open account has the id. */
export interface LockedAction {
  readonly source: OpenAccount;
  readonly target: OpenAccount | undefined;
  readonly bundles: readonly LockedBundle[];
}

/** How an action is committed. */
interface Committing {
  /** Commits the work as a whole, or rolls it back; of a dry run, checks what a commit would check, and rolls it back. */
  transact<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Commits the record of a refusal after the work was rolled back, and throws the problem. */
  refuse(work: (tx: Transaction) => Promise<Problem>): Promise<never>;
}

/**
 * The user and the rights of an action: made by {@link requestContext} for a request, by the scheduler for a recurring
 * run.
 */
export interface ActionContext extends Committing {
  /** The rights that decide on the action. */
  readonly authority: Authority;
  readonly intent: ActionIntent;
  readonly dryRun: boolean;
  /** Read after all locks are held: bundles that expire while an action waits are expired for it (rule UNIT-6). */
  readonly clock: () => Date;
}

/** The parts of a call that {@link requestContext} takes, by name: the fields that all requests for actions share. */
export interface ActionCall extends Committing {
  dryRun: Committing['transact'];
  readonly authority: Authority;
  readonly body: {
    readonly source_id: AccountId;
    readonly user_id?: UserId | null | undefined;
    /** Absent from the request for a recurring action, whose runs select bundles by a filter. */
    readonly granular_certificate_bundle_ids?: readonly BundleId[] | undefined;
    readonly certificate_quantity?: number | null | undefined;
    readonly certificate_bundle_percentage?: number | null | undefined;
  };
  readonly queryParams: { readonly dry_run: boolean };
  readonly services: Pick<Services, 'clock'>;
  readonly requestId: string;
}

/** The context of an action that a request asks for. */
export function requestContext(call: ActionCall): ActionContext {
  const { body, authority, queryParams, services, requestId, transact, dryRun, refuse } = call;
  const { clock } = services;
  const intent: ActionIntent = {
    sourceId: body.source_id,
    userId: authority.caller.userId,
    namedUserId: body.user_id,
    bundleIds: body.granular_certificate_bundle_ids ?? [],
    quantity: body.certificate_quantity,
    percentage: body.certificate_bundle_percentage,
    requestId,
    requestedAt: clock(),
  };
  return {
    authority,
    intent,
    dryRun: queryParams.dry_run,
    clock,
    transact: queryParams.dry_run ? dryRun : transact,
    refuse,
  };
}

type ActionView = z.output<typeof Action>;

/**
 * Executes an action on bundles, and records it (rules ACT-1 to ACT-15): check, lock, decide, split, write. A refused
 * action is rolled back as a whole, then recorded with its reason. A dry run is judged in the same way, under the same
 * locks; it writes no bundles, and its action is rolled back at its end. Its refusals are not recorded.
 *
 * @throws {Problem | Refusal} the refusal; unless it is a dry run, the problem has the `action_id` of its record.
 */
export function executeAction(context: ActionContext, definition: ActionDefinition): Promise<ActionView> {
  return recordAction(context, definition, (tx) => performAction(tx, context, definition));
}

async function performAction(
  tx: Transaction,
  context: ActionContext,
  definition: ActionDefinition,
): Promise<ActionOutcome> {
  const { intent, clock, dryRun } = context;
  const { type, decide, settle, details = {} } = definition;
  requireOwnAccount(context);
  assertBundleList(intent.bundleIds);
  assertMayTakePart(type, intent);
  const amount = amountOf(intent);
  const accounts = await lockParties(tx, intent.sourceId, definition.targetId);
  const bundles = inRequestedOrder(await lockBundles(tx, intent.sourceId, intent.bundleIds), intent);
  const now = clock();
  for (const bundle of bundles) assertMay(type, bundle, now);
  const { accountId = null, beneficiary = null } = (await decide?.(tx, { ...accounts, bundles })) ?? {};
  const shares = apportion(bundles, amount);
  const parts = partsOf(bundles, shares);
  const resultingBundleIds = dryRun
    ? provisionalIds(parts)
    : await take(tx, type, parts, { accountId, beneficiary });
  if (!dryRun) await settle?.(tx, resultingBundleIds);
  const energyWh = shares.reduce((sum, share) => sum + share.take, 0);
  return { result: 'Success', beneficiary, resultingBundleIds, energyWh, details };
}

/**
 * Runs the work of an action in its transaction, and records its outcome or its refusal.
 *
 * @throws as {@link executeAction}.
 */
export async function recordAction(
  context: ActionContext,
  { type, targetId }: RecordedAs,
  work: (tx: Transaction) => Promise<ActionOutcome>,
): Promise<ActionView> {
  const { intent, clock, dryRun } = context;
  const recordedAs = { type, targetId };
  try {
    return await context.transact(async (tx) => {
      const id = await tx.beginAction();
      const outcome = await work(tx);
      const view = actionView(
        await saveAction(tx, { ...recordedAs, id, intent, outcome, completedAt: clock() }),
      );
      return dryRun ? { ...view, action_result: 'Dry run' as const } : view;
    });
  } catch (error) {
    const refusal = refusalIn(error);
    if (dryRun || refusal === undefined) throw error;
    return context.refuse(async (tx) => {
      const { id } = await saveRefusal(tx, recordedAs, { intent, refusal, now: clock() });
      return refusal.with({ action_id: id });
    });
  }
}

/**
 * Requires that the caller may act for the source account, and that `user_id` is its own (rules ACT-2 and ACT-9).
 *
 * @throws {Problem | Refusal} 404, or 403 `not-the-caller`.
 */
export function requireOwnAccount({ authority, intent }: Pick<ActionContext, 'authority' | 'intent'>): void {
  requireAccount(authority, intent.sourceId);
  if (intent.namedUserId && intent.namedUserId !== authority.caller.userId) throw refuse.notTheCaller();
}

/**
 * Locks the accounts of an action, so that they stay open until the commit.
 *
 * @throws {Problem} 404 for a source that is closed.
 */
export async function lockParties(
  tx: Transaction,
  sourceId: AccountId,
  targetId: AccountId | undefined,
): Promise<Omit<LockedAction, 'bundles'>> {
  const accounts = await lockAccounts(tx, targetId === undefined ? [sourceId] : [sourceId, targetId]);
  const source = accounts.get(sourceId);
  if (source === undefined) throw problems.notFound('account', sourceId);
  return { source, target: targetId === undefined ? undefined : accounts.get(targetId) };
}

async function lockAccounts(
  tx: Transaction,
  ids: readonly AccountId[],
): Promise<Map<AccountId, OpenAccount>> {
  const rows = await tx.execute<OpenAccount>(sql`
    SELECT id, account_name AS name FROM account
    WHERE id = ANY (${array(ids)}::bigint[]) AND deleted_at IS NULL ORDER BY id FOR KEY SHARE`);
  return new Map(rows.map((row) => [row.id, row]));
}

/** A bundle of another account was not locked, and is answered like one that does not exist (rule ACT-3). */
function inRequestedOrder(locked: readonly LockedBundle[], { bundleIds }: ActionIntent): LockedBundle[] {
  const byId = new Map(locked.map((each) => [each.id, each]));
  const missing = bundleIds.filter((id) => !byId.has(id));
  if (missing.length > 0) throw refuse.bundlesNotFound(missing);
  return bundleIds.flatMap((id) => byId.get(id) ?? []);
}

/** A bundle, and how much of it an action takes. */
interface Part {
  readonly bundle: LockedBundle;
  readonly take: Wh;
}

function partsOf(bundles: readonly LockedBundle[], shares: readonly Share<BundleId>[]): Part[] {
  const byId = new Map(bundles.map((bundle) => [bundle.id, bundle]));
  return shares.flatMap(({ id, take: wanted }) => {
    const bundle = byId.get(id);
    return bundle ? [{ bundle, take: wanted }] : [];
  });
}

const isSplit = ({ bundle, take: wanted }: Part) => wanted < bundle.quantity;

/** The ids of the bundles that would carry the effect: for those that a split would make, ids that no bundle has. */
function provisionalIds(parts: readonly Part[]): BundleId[] {
  return parts.map((part, n) =>
    isSplit(part) ? ((Number.MAX_SAFE_INTEGER - n) as BundleId) : part.bundle.id,
  );
}

/** Splits bundles that are taken in part, and writes the effect. Returns the ids of the bundles that carry it. */
async function take(
  tx: Transaction,
  type: LifecycleAction,
  parts: readonly Part[],
  written: { accountId: AccountId | null; beneficiary: string | null },
): Promise<BundleId[]> {
  const firstChildren = await splitBundles(tx, parts.filter(isSplit));
  const effects = parts.map(({ bundle }) => ({
    bundleId: firstChildren.get(bundle.id) ?? bundle.id,
    status: statusAfter(type, bundle),
    priorStatus: type === 'lock' ? bundle.status : null,
  }));
  await applyEffects(tx, effects, written);
  return effects.map(({ bundleId }) => bundleId);
}

/** The problem of an error that is a refusal, and so is recorded; `undefined` for a failure of the registry. */
function refusalIn(error: unknown): Problem | undefined {
  const problem = error instanceof Refusal ? Problem.of(error) : error;
  return problem instanceof Problem && problem.status < 500 ? problem : undefined;
}
