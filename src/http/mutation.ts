import { sql } from 'drizzle-orm';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { formatPosition, laterOf, type WalPosition } from '../database/position.ts';
import { type TimeLimits, timeLimits } from '../database/time-limits.ts';
import type { Transaction } from '../database/transaction.ts';
import type { Authority } from '../operation/caller.ts';
import type { EditSteps, Operation, Services, TransactOptions, Versioned } from '../operation/operation.ts';
import type { Problem } from '../operation/problem.ts';
import { AuthorizationLost, type HeldAuthorization, withAuthorization } from './authorization-recheck.ts';
import { clientGone } from './client-gone.ts';
import { CONSISTENCY } from './consistency.ts';
import { problemOf } from './error-handler.ts';
import { type Attempt, beginAttempt, idempotencyKeyOf } from './idempotency.ts';
import type { MutationLimit, Sender } from './mutation-limit.ts';
import { type VersionCheck, versionCheckOf } from './precondition.ts';
import type { RefusalLimit } from './rate-limit.ts';

/**
 * Runs a mutation when its caller may run another one. Sets `registry-consistency` (the log position of the write) and, if a
 * standby lags, `registry-replica`. While it waits for the standbys it holds no connection, and so does not count.
 */
export async function mutate(
  operation: Operation,
  guards: MutationGuards,
  call: MutationInput,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  let written: WalPosition | undefined;
  const onWritten = (position: WalPosition) => {
    written = laterOf(written, position);
  };
  const { authority } = call;
  const sender = { authority, operationId: operation.id, ip: request.ip, gone: clientGone(reply) };
  try {
    return await guards.mutations.run(sender, () =>
      perform(operation, guards, { ...call, sender, onWritten }, request, reply),
    );
  } finally {
    if (written !== undefined) {
      reply.header(CONSISTENCY, formatPosition(written));
      if (!(await guards.services.database.waitForReplicas(written)))
        reply.header('registry-replica', 'lagging');
    }
  }
}

async function perform(
  operation: Operation,
  { services, mutations, refusals }: MutationGuards,
  { sender, onWritten, ...call }: AdmittedInput,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { database } = services;
  const userId = call.authority?.caller.userId ?? null;
  const actor = { userId, requestId: call.requestId };
  const checkVersion = versionCheckOf(request, operation);
  const key = idempotencyKeyOf(request, operation);
  const dryRunInTurn: InTurn = (work) => mutations.dryRun(sender, work);
  const countRefusal = () => refusals.count(call.authority);
  const attempt =
    key !== undefined && userId !== null
      ? await beginAttempt(services, { ...actor, userId }, key, request)
      : undefined;
  if (attempt && 'replayed' in attempt) {
    reply.header('idempotency-replayed', 'true');
    onWritten(attempt.position);
    if ('refusal' in attempt.replayed) throw attempt.replayed.refusal;
    return attempt.replayed.value;
  }
  const write: Write = async (work, limits) => {
    const { value, position } = await database.transact(actor, work, limits);
    onWritten(position);
    return value;
  };
  try {
    const value = await withAuthorization(operation, services, call.authority, (authorization) =>
      operation.handle({
        ...call,
        authority: authorization.authority,
        ...transactionsOf(write, { checkVersion, authorization, attempt, dryRunInTurn, countRefusal }),
      }),
    );
    await attempt?.finish(value);
    return value;
  } catch (error) {
    const lost = error instanceof AuthorizationLost ? error : undefined;
    const problem = problemOf(error);
    const refusal = lost === undefined && attempt?.storesLater(problem) ? problem : undefined;
    const tooMany = refusal && countRefusal();
    // If this fails too, another attempt can take over the key after a minute.
    await attempt
      ?.fail(tooMany ? undefined : refusal)
      .catch((failure) => request.log.warn({ err: failure }, 'could not free an Idempotency-Key'));
    throw tooMany ?? lost?.answer ?? error;
  }
}

interface MutationGuards {
  readonly services: Services;
  readonly mutations: MutationLimit;
  readonly refusals: RefusalLimit;
}

/** The common part of all calls. */
interface MutationInput {
  readonly authority: Authority | null;
  readonly requestId: string;
}

interface AdmittedInput extends MutationInput {
  readonly sender: Sender;
  readonly onWritten: (position: WalPosition) => void;
}

/** Runs work when its turn has come. */
type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

type Work<T> = (tx: Transaction) => Promise<T>;
type Write = <T>(work: Work<T>, limits?: TimeLimits) => Promise<T>;

interface Conditions {
  readonly checkVersion: VersionCheck;
  readonly authorization: HeldAuthorization;
  readonly attempt: Attempt | undefined;
  readonly dryRunInTurn: InTurn;
  readonly countRefusal: () => Problem | undefined;
}

/**
 * The transactions that an operation may use. This is the only place that orders the steps: lock, lock the
 * caller's rights if the work revokes rights, check the version, do the work, lock the rights, store the answer for
 * the `Idempotency-Key`.
 */
function transactionsOf(
  write: Write,
  { checkVersion, authorization, attempt, dryRunInTurn, countRefusal }: Conditions,
) {
  const transact = <T>(work: Work<T>, { revokesFrom }: TransactOptions = {}) =>
    write(async (tx) => {
      if (revokesFrom) await authorization.hold(tx, revokesFrom);
      const value = await work(tx);
      await authorization.hold(tx);
      await attempt?.keep(tx, value);
      return value;
    });
  return {
    transact,
    edit: <E extends Versioned, T>({ lock, revokesFrom, change }: EditSteps<E, T>) =>
      transact(async (tx) => {
        const entity = await lock(tx);
        if (revokesFrom) await authorization.hold(tx, revokesFrom(entity));
        checkVersion(entity.version);
        return change(tx, entity);
      }),
    async dryRun<T>(work: Work<T>): Promise<T> {
      const rehearse: Work<never> = async (tx) => {
        const value = await work(tx);
        await authorization.hold(tx);
        await tx.execute(sql`SET CONSTRAINTS ALL IMMEDIATE`);
        throw new DryRunRollback(value);
      };
      try {
        return await dryRunInTurn(() => write(rehearse, timeLimits.dryRun));
      } catch (error) {
        if (error instanceof DryRunRollback) return error.value as T;
        throw error;
      }
    },
    async refuse(work: Work<Problem>): Promise<never> {
      const tooMany = countRefusal();
      if (tooMany) throw tooMany;
      const refusal = await write(async (tx) => {
        await authorization.hold(tx);
        const recorded = await work(tx);
        await attempt?.keepRefusal(tx, recorded);
        return recorded;
      });
      attempt?.markKept();
      throw refusal;
    },
    record: write,
  };
}

/** Thrown to roll back a dry run. */
class DryRunRollback extends Error {
  readonly value: unknown;

  constructor(value: unknown) {
    super('a dry run is rolled back');
    this.value = value;
  }
}
