import type { FastifyReply, FastifyRequest } from 'fastify';
import { formatPosition, laterOf, type WalPosition } from '../database/position.ts';
import type { Transaction } from '../database/transact.ts';
import type { Authority } from '../operation/caller.ts';
import type { Operation, Services } from '../operation/operation.ts';
import { Problem } from '../operation/problem.ts';
import { Refusal } from '../rules/refusal.ts';
import { type Attempt, beginAttempt, idempotencyKeyOf } from './idempotency.ts';
import { type Precondition, preconditionOf } from './precondition.ts';

export const CONSISTENCY = 'registry-consistency';

type Work<T> = (tx: Transaction) => Promise<T>;

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
  const attempt = key && (await beginAttempt(services, { ...actor, userId }, key, request));
  if (attempt && 'replayed' in attempt) {
    reply.header('idempotency-replayed', 'true');
    written = attempt.position;
    await showWritten();
    return attempt.replayed;
  }
  const write = async <T>(work: Work<T>) => {
    const { value, position } = await database.transact(actor, work);
    written = laterOf(written, position);
    return value;
  };
  let recorded: Problem | undefined;
  const refuse = async (work: Work<Problem>): Promise<never> => {
    recorded = await write(async (tx) => {
      const refusal = await work(tx);
      if (attempt) await attempt.keepRefusal(tx, refusal);
      return refusal;
    });
    throw recorded;
  };
  try {
    const value = await operation.handle({
      ...call,
      requireVersion: precondition.requireVersion,
      transact: heeding(precondition, answering(write, attempt || undefined)),
      refuse,
      record: write,
    });
    if (attempt) await attempt.finish(value);
    return value;
  } catch (error) {
    const refused = error instanceof Refusal ? Problem.of(error) : error;
    // If even this fails, the key is free again a minute later.
    if (attempt && refused !== recorded)
      await attempt.fail(refused).catch((lost) => request.log.warn({ err: lost }, 'a key was not freed'));
    throw refused;
  } finally {
    await showWritten();
  }

  async function showWritten(): Promise<void> {
    if (written === undefined) return;
    reply.header(CONSISTENCY, formatPosition(written));
    if (!(await database.mirrored(written))) reply.header('registry-replica', 'lagging');
  }
}

/** A change that did not ask for its precondition is rolled back, so that no operation forgets it unnoticed. */
function heeding(precondition: Precondition, write: <T>(work: Work<T>) => Promise<T>): typeof write {
  return (work) =>
    write(async (tx) => {
      const value = await work(tx);
      if (precondition.pending()) throw new Error('the operation did not look at If-Match');
      return value;
    });
}

/** The value of a mutation's transaction is its answer, and kept with what it tells of. */
function answering(write: <T>(work: Work<T>) => Promise<T>, attempt: Attempt | undefined): typeof write {
  if (attempt === undefined) return write;
  return (work) =>
    write(async (tx) => {
      const value = await work(tx);
      await attempt.keep(tx, value);
      return value;
    });
}
