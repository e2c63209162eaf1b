import type { FastifyReply, FastifyRequest } from 'fastify';
import { formatPosition, laterOf, type WalPosition } from '../database/position.ts';
import type { Transaction } from '../database/transaction.ts';
import type { Authority } from '../operation/caller.ts';
import type { Operation, Services } from '../operation/operation.ts';
import type { Problem } from '../operation/problem.ts';
import { type Rights, RightsLost, withRights } from './authorization-recheck.ts';
import { problemOf } from './error-handler.ts';
import { type Attempt, beginAttempt, idempotencyKeyOf } from './idempotency.ts';
import { type Precondition, preconditionOf } from './precondition.ts';

export const CONSISTENCY = 'registry-consistency';

/** Runs a mutation as its caller; the answer tells how far the log had to reach, and whether the standbys show it. */
export async function mutate(
  operation: Operation,
  services: Services,
  call: { readonly requestId: string } & Authority,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { database } = services;
  const isPublic = operation.permission === 'public';
  const { userId } = call.caller;
  const actor = { userId: isPublic ? null : userId, requestId: call.requestId };
  const precondition = preconditionOf(request, operation);
  const key = idempotencyKeyOf(request, operation);
  let written: WalPosition | undefined;
  const attempt = key ? await beginAttempt(services, { ...actor, userId }, key, request) : undefined;
  if (attempt && 'replayed' in attempt) {
    reply.header('idempotency-replayed', 'true');
    written = attempt.position;
    await showWritten();
    if ('refusal' in attempt.replayed) throw attempt.replayed.refusal;
    return attempt.replayed.value;
  }
  const write: Write = async (work) => {
    const { value, position } = await database.transact(actor, work);
    written = laterOf(written, position);
    return value;
  };
  try {
    const value = await withRights(operation, services, call, (rights) =>
      operation.handle({
        ...call,
        ...rights.authority,
        ...writing(write, { precondition, rights, attempt }),
      }),
    );
    await attempt?.finish(value);
    return value;
  } catch (error) {
    const lost = error instanceof RightsLost ? error : undefined;
    // If even this fails, the key is free again a minute later.
    await attempt
      ?.fail(lost ? undefined : problemOf(error))
      .catch((failure) => request.log.warn({ err: failure }, 'a key was not freed'));
    throw lost?.answer ?? error;
  } finally {
    await showWritten();
  }

  async function showWritten(): Promise<void> {
    if (written === undefined) return;
    reply.header(CONSISTENCY, formatPosition(written));
    if (!(await database.waitForReplicas(written))) reply.header('registry-replica', 'lagging');
  }
}

type Write = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;

interface Conditions {
  readonly precondition: Precondition;
  readonly rights: Rights;
  readonly attempt: Attempt | undefined;
}

/** What a mutation writes with. What commits does so under the caller's rights, and with the answer that is kept for its key. */
function writing(write: Write, { precondition, rights, attempt }: Conditions) {
  return {
    requireVersion: precondition.requireVersion,
    holdRights: rights.hold,
    transact: <T>(work: (tx: Transaction) => Promise<T>) =>
      write(async (tx) => {
        const value = await work(tx);
        // So that no operation forgets it unnoticed.
        if (precondition.pending()) throw new Error('the operation did not look at If-Match');
        await rights.hold(tx);
        await attempt?.keep(tx, value);
        return value;
      }),
    async refuse(work: (tx: Transaction) => Promise<Problem>): Promise<never> {
      const refusal = await write(async (tx) => {
        await rights.hold(tx);
        const recorded = await work(tx);
        await attempt?.keepRefusal(tx, recorded);
        return recorded;
      });
      attempt?.hasKept(refusal);
      throw refusal;
    },
    record: write,
  };
}
