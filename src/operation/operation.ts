import type { Readable } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import { z } from 'zod';
import type { Anchoring } from '../anchor/index.ts';
import type { Config } from '../config.ts';
import type { Database, Reader } from '../database/database.ts';
import type { WalPosition } from '../database/position.ts';
import type { TimeLimits } from '../database/time-limits.ts';
import type { Transaction } from '../database/transaction.ts';
import type { Journal, LagWatch } from '../journal/index.ts';
import type { Permission } from '../rules/permission.ts';
import type { Tracing } from '../tracing/index.ts';
import type { BodyLimitName } from './body-limit.ts';
import type { Authority } from './caller.ts';
import type { EventLoop } from './event-loop.ts';
import type { OlderClientFields } from './older-clients.ts';
import type { Problem } from './problem.ts';

/** The state of this process's scheduler. Counts are since its start. */
export interface SchedulerStatus {
  /** Whether this process is the leader, which runs the due jobs. */
  readonly leads: boolean;
  readonly bundlesExpired: number;
  /** Runs of recurring actions. */
  readonly runsDone: number;
  readonly runsRefused: number;
  readonly lastTickAt: Date | null;
  /** The current problem, without confidential details, which are in the log. */
  readonly problem: string | null;
}

/** What this process does with `X-Forwarded-For`. */
export interface ForwardedFor {
  /** Whether a peer that is not a trusted proxy has sent the header, which was ignored. */
  ignored(): boolean;
}

/** The services that operations use. */
export interface Services {
  readonly config: Config;
  readonly database: Database;
  readonly clock: () => Date;
  readonly log: FastifyBaseLogger;
  /** Request spans; absent if tracing is off. */
  readonly tracing?: Tracing;
  /** The delay of the event loop; measured by the application, unless given. */
  readonly eventLoop?: EventLoop;
  /** How far the order of the journal is behind, for health and metrics. */
  readonly journalLag: LagWatch;
  readonly forwardedFor: ForwardedFor;
  /** The sequencer and relay of the journal; absent if another process runs them. */
  readonly journal?: Pick<Journal, 'status'>;
  /** The signing of the journal's head; absent without a key. */
  readonly anchoring?: Pick<Anchoring, 'status'>;
  /** The scheduler; absent if another process runs it. */
  readonly scheduler?: { status(): SchedulerStatus };
}

/** A body that is streamed, with back-pressure. */
export interface Streamed {
  readonly contentType: string;
  readonly body: Readable;
}

/** Path, query string and body are objects, so that an undeclared field can be refused by name. */
type Fields = z.ZodObject | undefined;
type Input<S extends Fields> = S extends z.ZodObject ? z.output<S> : undefined;

/** The permission that an operation requires. `public` requires no token. */
type Access = Permission | 'public';

interface Call<P extends Fields, Q extends Fields, B extends Fields, R extends Access> {
  /** The caller and the scope of the permission; `null` for a public operation. */
  readonly authority: R extends 'public' ? null : Authority;
  readonly params: Input<P>;
  readonly queryParams: Input<Q>;
  readonly body: Input<B>;
  readonly services: Services;
  readonly requestId: string;
  /** The log of the request: each line names the request, its route and, unless the operation is public, the caller. */
  readonly log: FastifyBaseLogger;
  /** The client's IPv4 address, or the network of its IPv6 address. */
  readonly address: string;
  /** The first of the media types offered by the operation that the client accepts. */
  readonly mediaType: string;
  answerHeader(name: string, value: string): void;
  requestHeader(name: string): string | undefined;
  /** The state that the client has seen: it is answered from none that is older. */
  readonly atLeast: WalPosition | undefined;
  /** Aborted when the server stops, to end streams that would otherwise not end. */
  readonly closing: AbortSignal;
}

/** The call of a query. It reads, from a standby if possible, and cannot write. */
export interface QueryCall<
  P extends Fields = undefined,
  Q extends Fields = undefined,
  B extends Fields = undefined,
  R extends Access = Permission,
> extends Call<P, Q, B, R> {
  read<T>(work: (reader: Reader) => Promise<T>): Promise<T>;
}

/**
 * The call of a mutation. It writes in one transaction on the primary; the answer waits until the standbys have
 * replayed it.
 */
export interface MutationCall<
  P extends Fields = undefined,
  Q extends Fields = undefined,
  B extends Fields = undefined,
  R extends Access = Permission,
> extends Call<P, Q, B, R> {
  /** The only transaction of a mutation. Its result is stored for repeated requests. */
  transact<T>(work: (tx: Transaction) => Promise<T>, options?: TransactOptions): Promise<T>;
  /** Runs the work with all deferred checks and rolls back. */
  dryRun<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * Records a refusal after the transaction of the mutation was rolled back. The problem is stored for repeated requests.
   *
   * @throws {Problem} the problem returned by `work`.
   */
  refuse(work: (tx: Transaction) => Promise<Problem>): Promise<never>;
  /** Commits a write that does not depend on the result, such as the count of a login attempt. */
  record<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
}

export interface TransactOptions {
  /** Users who lose rights by the work. Their rights and those of the caller are locked before it begins. */
  readonly revokesFrom?: readonly number[];
}

/** The call of an operation that changes one entity. Its handler returns the steps of a transaction instead of running one. */
export type EditCall<
  P extends Fields = undefined,
  Q extends Fields = undefined,
  B extends Fields = undefined,
  R extends Access = Permission,
> = Call<P, Q, B, R>;

/**
 * The steps of a change to one entity with a version. They are run in this order, in one transaction: `lock`, `revokesFrom`, the
 * check of the version against `If-Match`, `change`, and the check that the caller still has its rights.
 */
export interface EditSteps<Entity extends Versioned, T> {
  /**
   * Locks the entity, and returns it as it is then.
   *
   * @throws {Problem} 404
   */
  lock(tx: Transaction): Promise<Entity>;
  /**
   * Users who lose rights by the change. If present, the caller's own rights are locked before the change, since the
   * change may end them; otherwise only before the commit.
   */
  revokesFrom?(entity: Entity): readonly number[];
  /** Writes the change and returns the response. */
  change(tx: Transaction, entity: Entity): Promise<T>;
}

/** An entity with a version. */
export interface Versioned {
  readonly version: number;
}

/** The arguments that the HTTP layer passes to an edit. */
export interface EditRunner {
  edit<Entity extends Versioned, T>(steps: EditSteps<Entity, T>): Promise<T>;
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
export const JSON_TYPE = 'application/json';
export const FORM_TYPE = 'application/x-www-form-urlencoded';

interface Declaration<
  P extends Fields,
  Q extends Fields,
  B extends Fields,
  A extends z.ZodType,
  R extends Access,
> {
  /** Stable, unique, camelCase: the OpenAPI operation id. */
  readonly id: string;
  readonly method: Method;
  /** With Fastify's parameters, such as `/account/:id`. */
  readonly path: string;
  /** Paths of the same operation in the previous registry. They are not in the OpenAPI document. */
  readonly aliases?: readonly string[];
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  /** `public` needs no token. An operation without a permission does not type-check. */
  readonly permission: R;
  readonly params?: P;
  readonly queryParams?: Q;
  readonly body?: B;
  /** Fields that the body may have besides its own. */
  readonly olderClients?: OlderClientFields;
  /** Media types of the body; JSON by default. */
  readonly accepts?: readonly string[];
  /** The bounds of the body; see {@link bodyLimitOf} for those without a declaration. */
  readonly bodyLimit?: BodyLimitName;
  readonly answer: {
    readonly status: 200 | 201 | 202;
    readonly description: string;
    readonly schema: A;
    /** Media types besides JSON, for which the handler returns a stream. */
    readonly streams?: readonly string[];
  };
  /**
   * Whether it returns or changes one entity that has a `version`, which is sent as `ETag`. {@link defineEdit} declares
   * those that change one.
   */
  readonly versioned?: true;
  /** Excludes API keys, whatever their permissions. */
  readonly loginOnly?: true;
  /** Time limits of its reads, other than those of a page. */
  readonly timeLimits?: TimeLimits;
  /** Whether it is exempt from load shedding and rate limits, as health checks are. */
  readonly bypassLimits?: boolean;
  /** Problem statuses beyond those that follow from the declaration (401, 403, 422, ...). */
  readonly refusals?: readonly number[];
}

/**
 * An operation as the HTTP layer uses it, created by `defineQuery`, `defineMutation` or `defineEdit`, which check its
 * types.
 */
export interface Operation extends Declaration<Fields, Fields, Fields, z.ZodType, Access> {
  readonly changes: boolean;
  handle(call: unknown): Promise<unknown>;
}

type Handled<C, A extends z.ZodType> = { handle(call: C): Promise<z.input<A> | Streamed> };

/** Requests are parsed strictly: a field that the declaration lacks is refused. */
function strictInput({
  params,
  queryParams,
  body,
}: {
  params?: Fields;
  queryParams?: Fields;
  body?: Fields;
}) {
  return {
    params: params && strict(params),
    queryParams: strict(queryParams ?? NO_FIELDS),
    body: body && strict(body.safeExtend(nullableFields(body)), body.meta()),
  };
}

const NO_FIELDS = z.object({});

function strict(schema: z.ZodObject, meta = schema.meta()): z.ZodObject {
  return meta ? schema.strict().meta(meta) : schema.strict();
}

/** The fields of a body that may be left out, described as nullable: `null` means that they are not given. */
function nullableFields({ shape }: z.ZodObject): Record<string, z.ZodType> {
  const optional = Object.entries(shape).flatMap(([name, field]) =>
    field instanceof z.ZodOptional && !(field.unwrap() instanceof z.ZodNever) ? [[name, field] as const] : [],
  );
  return Object.fromEntries(
    optional.map(([name, field]) => [
      name,
      z
        .nullable(field.unwrap())
        .optional()
        .meta(field.meta() ?? {}),
    ]),
  );
}

/** Declares an operation that only reads. */
export function defineQuery<
  A extends z.ZodType,
  P extends Fields = undefined,
  Q extends Fields = undefined,
  B extends Fields = undefined,
  const R extends Access = Permission,
>(declared: Declaration<P, Q, B, A, R> & Handled<QueryCall<P, Q, B, R>, A>): Operation {
  return {
    ...declared,
    ...strictInput(declared),
    changes: false,
    handle: (call) => declared.handle(call as QueryCall<P, Q, B, R>),
  } as Operation;
}

/** A mutation of an existing entity cannot be `versioned`: it would not check the version. */
type Unversioned<P extends Fields> = P extends z.ZodObject ? { readonly versioned?: never } : unknown;

/** Declares an operation that changes something other than one entity with a version: see {@link defineEdit}. */
export function defineMutation<
  A extends z.ZodType,
  P extends Fields = undefined,
  Q extends Fields = undefined,
  B extends Fields = undefined,
  const R extends Access = Permission,
>(declared: Declaration<P, Q, B, A, R> & Handled<MutationCall<P, Q, B, R>, A> & Unversioned<P>): Operation {
  return {
    ...declared,
    ...strictInput(declared),
    changes: true,
    handle: (call) => declared.handle(call as MutationCall<P, Q, B, R>),
  } as Operation;
}

/** Declares an operation that changes one entity with a version. */
export function defineEdit<
  A extends z.ZodType,
  P extends z.ZodObject,
  Entity extends Versioned,
  Q extends Fields = undefined,
  B extends Fields = undefined,
  const R extends Permission = Permission,
>(
  declared: Declaration<P, Q, B, A, R> & {
    edit(call: EditCall<P, Q, B, R>): EditSteps<Entity, z.input<A>>;
  },
): Operation {
  return {
    ...declared,
    ...strictInput(declared),
    versioned: true,
    changes: true,
    handle: (call) => (call as EditRunner).edit(declared.edit(call as EditCall<P, Q, B, R>)),
  } as Operation;
}
