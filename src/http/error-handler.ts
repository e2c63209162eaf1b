import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isConnectionLost, PoolExhausted } from '../database/connection-errors.ts';
import { databaseError } from '../database/transaction.ts';
import { clientAddressOf } from '../operation/client-address.ts';
import { constraintProblem } from '../operation/constraint.ts';
import { Problem, problems } from '../operation/problem.ts';
import { Refusal } from '../rules/refusal.ts';
import { allowOriginOf } from './cors.ts';

const PROBLEM_TYPE = 'application/problem+json';
/**
 * SQLSTATEs after which the request may succeed if it is repeated. Class 08: connection lost; 25006: read-only, as after a
 * primary was demoted; class 40: serialization failure or deadlock at every attempt; class 53: out of resources;
 * 57P: shutting down or starting.
 */
const UNAVAILABLE = /^(08|25006|40|53|57P)/;
/** SQLSTATEs of exceeded time limits: of a lock, a statement, between two statements, and of a transaction. */
const TIMED_OUT = /^(55P03|57014|25P03|25P04)$/;
const NUMBER_OUT_OF_RANGE = /^22/;

/** Answers every error with an RFC 9457 problem document. Unexpected errors are logged; the client gets no details. */
export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = tooLargeOf(error, request) ?? problemOf(error);
    if (problem.status >= 500 && problem !== error) request.log.error({ err: error }, 'request failed');
    return sendProblem(problem, request, reply);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(new Problem(404, 'no-such-path', nothingAt(request)), request, reply),
  );
}

/** The characters of a path (RFC 3986, 3.3), which have no meaning in HTML or on a terminal. */
const PLAIN_PATH = /^[\w\-.~%!$&'()*+,;=:@/]{1,200}$/;

/** Repeats the path of the request if that is harmless; never the query string, which may hold secrets. */
function nothingAt({ method, url }: FastifyRequest): string {
  const [path = ''] = url.split('?', 1);
  return PLAIN_PATH.test(path) ? `${method} ${path} does not exist.` : 'The path does not exist.';
}

/** Answers a path that the router cannot parse; no hook or handler runs for it. */
export function answerUnreadablePath(
  { statusCode = 400 }: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const detail = 'A path segment is too long or not percent-encoded UTF-8.';
  reply.header('x-request-id', request.id);
  allowOriginOf(request, reply);
  const client = clientAddressOf(request.ip);
  request.log.info(
    { method: request.method, route: '(none)', client, status: statusCode },
    'request completed',
  );
  return sendProblem(new Problem(statusCode, 'unreadable-path', detail), request, reply);
}

function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { errors, headers, extensions } = problem.details;
  // Serialized here, because the operation's response schema does not fit a problem.
  const document = JSON.stringify({
    type: `urn:gc-registry:problem:${problem.code}`,
    title: STATUS_CODES[problem.status] ?? 'Error',
    status: problem.status,
    detail: problem.message,
    instance: `urn:uuid:${request.id}`,
    ...extensions,
    ...(errors ? { errors } : {}),
  });
  return reply
    .code(problem.status)
    .headers(headers ?? {})
    .type(PROBLEM_TYPE)
    .send(document);
}

/** The problem of a body that is longer than its route takes, with that length. */
function tooLargeOf(error: unknown, { routeOptions }: FastifyRequest): Problem | undefined {
  if ((error as Partial<FastifyError>).code !== 'FST_ERR_CTP_BODY_TOO_LARGE') return undefined;
  return new Problem(413, 'ctp-body-too-large', `The body is longer than ${routeOptions.bodyLimit} bytes.`);
}

/** Converts an error to a problem; an unknown error becomes a 500 without details. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof Refusal) return Problem.of(error);
  if (error instanceof PoolExhausted) return problems.overloaded();
  const fromDatabase = databaseError(error);
  if (fromDatabase) return databaseProblem(fromDatabase);
  return frameworkProblem(error) ?? connectionProblem(error) ?? unexpected();
}

function unexpected(): Problem {
  return new Problem(500, 'unexpected', 'An unexpected error occurred. Quote `instance` when you report it.');
}

function databaseProblem(error: { code?: string | undefined; constraint?: string | undefined }): Problem {
  const code = error.code ?? '';
  if (TIMED_OUT.test(code)) return problems.timedOut();
  if (UNAVAILABLE.test(code)) return problems.unavailable('The database is currently unavailable.');
  if (NUMBER_OUT_OF_RANGE.test(code)) return problems.invalid([], 'A value is outside the supported range.');
  return constraintProblem(error.constraint) ?? unexpected();
}

function frameworkProblem(error: unknown): Problem | undefined {
  const { statusCode, code, message } = error as Partial<FastifyError>;
  if (typeof code !== 'string' || !code.startsWith('FST_') || typeof statusCode !== 'number')
    return undefined;
  if (statusCode >= 500) return undefined;
  return new Problem(
    statusCode,
    code
      .replace(/^FST_(ERR_)?/, '')
      .toLowerCase()
      .replaceAll('_', '-'),
    message ?? '',
  );
}

function connectionProblem(error: unknown): Problem | undefined {
  if (!isConnectionLost(error)) return undefined;
  return problems.unavailable('The database is currently unavailable.');
}
