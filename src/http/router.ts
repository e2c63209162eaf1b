import accepts from '@fastify/accepts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { WalPosition } from '../database/position.ts';
import { bodyLimitOf } from '../operation/body-limit.ts';
import type { Authority, Caller } from '../operation/caller.ts';
import { clientAddressOf } from '../operation/client-address.ts';
import { fieldMessage } from '../operation/field-message.ts';
import {
  FORM_TYPE,
  JSON_TYPE,
  type Operation,
  type QueryCall,
  type Services,
  type Streamed,
} from '../operation/operation.ts';
import { type FieldError, MOST_FIELD_ERRORS, Problem, problems } from '../operation/problem.ts';
import { givenFields, unknownFieldMessage } from '../operation/request-fields.ts';
import { type Authenticate, authenticator } from './authenticate.ts';
import { clientGone } from './client-gone.ts';
import { consistencyOf } from './consistency.ts';
import { acceptForms } from './form-body.ts';
import { serializationSchema } from './json-schema.ts';
import { mutate } from './mutation.ts';
import { createMutationLimit, type MutationLimit } from './mutation-limit.ts';
import { nameVersion } from './precondition.ts';
import { type Limit, type RefusalLimit, rateLimiter, refusalLimiter } from './rate-limit.ts';
import { nameActor } from './request-log.ts';
import { type StreamLimit, sendStream } from './stream-limit.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: Operation;
  }
  interface FastifyInstance {
    closing: AbortController;
  }
  interface FastifyRequest {
    /** Who sends the request, once its credential was accepted. */
    caller: Caller | null;
    authority: Authority | null;
    /** The state that the client has seen: it is answered from none that is older. */
    atLeast: WalPosition | undefined;
  }
}

/** Mounts every operation at its path; a certificate operation also under the plural path that the user guide documents. */
export async function mountOperations(
  app: FastifyInstance,
  operations: readonly Operation[],
  services: Services,
  streams: StreamLimit,
): Promise<void> {
  const closing = new AbortController();
  app.decorate('closing', closing);
  app.addHook('preClose', async () => closing.abort());
  app.decorateRequest('caller', null);
  app.decorateRequest('authority', null);
  app.decorateRequest('atLeast', undefined);
  await app.register(accepts);
  const guards: RouteGuards = {
    services,
    streams,
    authenticate: authenticator(services),
    mutations: createMutationLimit(services.config),
    refusals: refusalLimiter(services.config.REFUSALS_PER_MINUTE),
    limit: rateLimiter(services.config.RATE_LIMIT_PER_MINUTE),
  };
  const takesForms = (operation: Operation) => operation.accepts?.includes(FORM_TYPE) ?? false;
  for (const operation of operations.filter((each) => !takesForms(each))) mount(app, operation, guards);
  await app.register(async (scope) => {
    await acceptForms(scope);
    for (const operation of operations.filter(takesForms)) mount(scope, operation, guards);
  });
}

/** The checks of every request before its operation. */
interface RouteGuards {
  readonly services: Services;
  readonly streams: StreamLimit;
  readonly mutations: MutationLimit;
  readonly refusals: RefusalLimit;
  readonly authenticate: Authenticate;
  readonly limit: Limit;
}

function pathsOf(operation: Operation): string[] {
  const { path, aliases = [] } = operation;
  return [...new Set([path, path.replace(/^\/certificate\//, '/certificates/'), ...aliases])];
}

function mount(app: FastifyInstance, operation: Operation, guards: RouteGuards): void {
  const { status, schema } = operation.answer;
  const bodyLimit = Math.min(bodyLimitOf(operation).bytes, guards.services.config.BODY_LIMIT_BYTES);
  for (const url of pathsOf(operation)) {
    app.route({
      method: operation.method,
      url,
      bodyLimit,
      schema: { response: { [status]: serializationSchema(schema) } },
      config: { operation },
      onRequest: async (request, reply) => {
        // Responses contain tokens (RFC 6749, 5.1), private data and state that changes: none may be cached.
        reply.header('cache-control', 'no-store');
        if (!operation.bypassLimits) guards.limit.admit(request, reply);
        try {
          request.atLeast = await consistencyOf(request, operation, guards.services.database);
          request.authority = await guards.authenticate(request, operation);
          if (request.authority) nameActor(request, reply, request.authority.caller);
        } finally {
          // Failed requests count as well.
          if (!operation.bypassLimits) guards.limit.count(request, reply);
        }
        if (operation.changes) guards.mutations.admit(request.authority, kindOf(request));
      },
      handler: (request, reply) => answer(operation, guards, request, reply),
    });
  }
}

const DryRunQuery = z.object({ dry_run: z.literal('true') });

/** What the query string says, which is not checked yet. */
const kindOf = ({ query }: FastifyRequest) => (DryRunQuery.safeParse(query).success ? 'dry run' : 'mutation');

async function answer(
  operation: Operation,
  guards: RouteGuards,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { services, streams, authenticate } = guards;
  const authority = await authorityNow(request, reply, operation, authenticate);
  if (authority === null && operation.permission !== 'public')
    throw new Error(`${operation.id} was reached without a caller`);
  const mediaType = negotiate(operation, request);
  const call = {
    authority,
    ...(await parseInput(operation, request)),
    services,
    requestId: request.id,
    log: request.log,
    address: clientAddressOf(request.ip),
    mediaType,
    answerHeader: (name: string, value: string) => void reply.header(name, value),
    requestHeader: (name: string) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    atLeast: request.atLeast,
    closing: request.server.closing.signal,
  };
  if (mediaType !== JSON_TYPE && !operation.changes) {
    const gone = clientGone(reply);
    const readNow = readFrom(services, operation, request);
    const read: Read = (work) => streams.read(authority, () => readNow(work), gone);
    const streamed = await openStream(streams, authority, () => operation.handle({ ...call, read }));
    return sendStream(reply.code(operation.answer.status), streamed);
  }
  const result = operation.changes
    ? await mutate(operation, guards, call, request, reply)
    : await operation.handle({ ...call, read: readFrom(services, operation, request) });
  nameVersion(reply, operation, result);
  return reply.code(operation.answer.status).send(result);
}

/** Begins a stream, which has its place until its body is closed. */
async function openStream(
  streams: StreamLimit,
  authority: Authority | null,
  handle: () => Promise<unknown>,
): Promise<Streamed> {
  const release = streams.admit(authority);
  try {
    const streamed = (await handle()) as Streamed;
    streamed.body.once('close', release);
    return streamed;
  } catch (error) {
    release();
    throw error;
  }
}

const BODY_MAY_TAKE_MS = 1_000;

/** The caller is identified before the body is read, and again after a body that took long. */
async function authorityNow(
  request: FastifyRequest,
  reply: FastifyReply,
  operation: Operation,
  authenticate: Authenticate,
): Promise<Authority | null> {
  if (reply.elapsedTime < BODY_MAY_TAKE_MS) return request.authority;
  return authenticate(request, operation);
}

type Read = QueryCall['read'];

function readFrom(
  { database }: Services,
  { timeLimits: limits }: Operation,
  { atLeast }: FastifyRequest,
): Read {
  return (work) => database.read(work, { atLeast, limits });
}

function negotiate(operation: Operation, request: FastifyRequest): string {
  const offered = [JSON_TYPE, ...(operation.answer.streams ?? [])];
  if (offered.length === 1) return JSON_TYPE;
  const chosen = request.accepts().type(offered);
  if (typeof chosen === 'string') return chosen;
  throw new Problem(406, 'not-acceptable', `This operation answers ${offered.join(', ')}.`);
}

const NO_FIELDS = z.strictObject({});

async function parseInput({ params, queryParams, body, olderClients }: Operation, request: FastifyRequest) {
  const errors: FieldError[] = [];
  const bodySchema = body ?? NO_FIELDS;
  const sent = request.body === undefined ? {} : request.body;
  const input = {
    params: params && (await parse('path', params, request.params, errors)),
    queryParams: await parse('query', queryParams ?? NO_FIELDS, request.query, errors),
    body: await parse('body', bodySchema, givenFields(sent, bodySchema, olderClients), errors),
  };
  if (errors.length > 0) throw problems.invalid(errors);
  return input;
}

async function parse(
  place: string,
  schema: z.ZodObject,
  value: unknown,
  errors: FieldError[],
): Promise<unknown> {
  const parsed = await schema.safeParseAsync(value, { error: fieldMessage });
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues.slice(0, MOST_FIELD_ERRORS)) {
    errors.push(...fieldErrors(place, schema, issue));
  }
  return undefined;
}

/** The longest part of a name that an answer repeats. */
const LONGEST_NAME = 100;

function fieldErrors(place: string, schema: z.ZodObject, issue: z.core.$ZodIssue): FieldError[] {
  const error = (path: readonly PropertyKey[], message: string) => ({
    path: [place, ...path.map(String)].join('.'),
    message,
  });
  if (issue.code !== 'unrecognized_keys') return [error(issue.path, issue.message)];
  return issue.keys
    .slice(0, MOST_FIELD_ERRORS)
    .map((key) => key.slice(0, LONGEST_NAME))
    .map((key) => error([...issue.path, key], unknownFieldMessage(key, schema)));
}
