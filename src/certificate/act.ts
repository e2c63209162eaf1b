import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { Transaction } from '../database/transaction.ts';
import type { Authority } from '../operation/caller.ts';
import type { Services } from '../operation/operation.ts';
import type { Problem } from '../operation/problem.ts';
import type { Action } from './action-schemas.ts';
import { type ActionOutcome, type Asked, actionView, saveAction } from './action-store.ts';
import { type Order, type Particulars, perform, refusalIn, saveRefusal } from './perform.ts';

/** The fields that all action requests share. */
export interface ActionRequest {
  readonly source_id: number;
  readonly user_id?: number | null | undefined;
  readonly granular_certificate_bundle_ids: readonly number[];
  readonly certificate_quantity?: number | null | undefined;
  readonly certificate_bundle_percentage?: number | null | undefined;
}

/** A call that asks for an action of any kind. */
export interface Asking extends Authority {
  readonly queryParams: { readonly dry_run: boolean };
  readonly services: Services;
  readonly requestId: string;
  holdRights(tx: Transaction): Promise<void>;
  transact<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  refuse(work: (tx: Transaction) => Promise<Problem>): Promise<never>;
}

/** The call of an action on bundles. */
export interface ActionCall extends Asking {
  readonly body: ActionRequest;
}

/** Asks for an action on bundles, over HTTP. @throws as {@link answered}. */
export function act(call: ActionCall, particulars: Particulars): Promise<Answer> {
  const { body, caller, services, requestId } = call;
  const asked: Asked = {
    actionType: particulars.action,
    sourceId: body.source_id,
    targetId: particulars.targetId,
    userId: caller.userId,
    namedUserId: body.user_id,
    bundleIds: body.granular_certificate_bundle_ids,
    quantity: body.certificate_quantity,
    percentage: body.certificate_bundle_percentage,
    requestId,
    requestedAt: services.clock(),
  };
  return answered(call, asked, (tx, order) => perform(tx, order, particulars));
}

/**
 * Does what an action asks for, and records it; all or nothing. A refused action is rolled back and then recorded, with its
 * reason, by itself. A dry run is the same work, rolled back at its end; its refusals are not recorded.
 *
 * @throws {Problem | Refusal} what was refused; the problem names the recorded action.
 */
export async function answered(
  call: Asking,
  asked: Asked,
  work: (tx: Transaction, order: Order) => Promise<ActionOutcome>,
): Promise<Answer> {
  const { caller, scope, services } = call;
  const { clock } = services;
  try {
    return await call.transact(async (tx) => {
      const actionId = await tx.beginAction();
      const outcome = await work(tx, { caller, scope, asked, clock });
      const view = actionView(await saveAction(tx, actionId, asked, outcome, clock()));
      if (call.queryParams.dry_run) throw await rehearsed(call, tx, view);
      return view;
    });
  } catch (error) {
    if (error instanceof Rehearsed) return error.answer;
    const refusal = refusalIn(error);
    if (call.queryParams.dry_run || refusal === undefined) throw error;
    return call.refuse(async (tx) => {
      const { id } = await saveRefusal(tx, asked, refusal, clock());
      return refusal.with({ action_id: id });
    });
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
async function rehearsed(call: Asking, tx: Transaction, view: Answer): Promise<Rehearsed> {
  await call.holdRights(tx);
  await tx.execute(sql`SET CONSTRAINTS ALL IMMEDIATE`);
  return new Rehearsed({ ...view, action_result: 'Dry run' });
}
