import type { FieldError, Refusal, RefusalKind } from '../rules/refusal.ts';

export type { FieldError };

const REFUSAL_STATUS: Readonly<Record<RefusalKind, number>> = {
  not_found: 404,
  forbidden: 403,
  conflict: 409,
  rule: 422,
};

export interface ProblemDetails {
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Extension members of the problem document, such as the id of the action that was refused. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** The most fields that a problem names: a body can have many thousand at fault. */
export const MOST_FIELD_ERRORS = 100;

/**
 * An error response, as an RFC 9457 problem document. Throwing one means that nothing was changed.
 * `code` is stable, and the last part of the document's `type`.
 */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: ProblemDetails;

  /** Of `errors`, the first {@link MOST_FIELD_ERRORS} are kept. */
  constructor(status: number, code: string, detail: string, details: ProblemDetails = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    const { errors } = details;
    this.details = errors ? { ...details, errors: errors.slice(0, MOST_FIELD_ERRORS) } : details;
  }

  /** Converts a refusal to a problem; its fields are body fields. */
  static of({ kind, code, message, errors }: Refusal): Problem {
    const inBody = errors.map(({ path, message: why }) => ({ path: `body.${path}`, message: why }));
    return new Problem(REFUSAL_STATUS[kind], code, message, inBody.length > 0 ? { errors: inBody } : {});
  }

  /** Returns a copy with more members in the document. */
  with(extensions: Readonly<Record<string, unknown>>): Problem {
    const { details } = this;
    return new Problem(this.status, this.code, this.message, {
      ...details,
      extensions: { ...details.extensions, ...extensions },
    });
  }
}

/** Problems other than refusals. */
export const problems = {
  malformed: (detail: string) => new Problem(400, 'malformed', detail),
  tooManyValues: (most: number, what: string) =>
    new Problem(413, 'too-many-values', `The body has more than ${most} ${what}.`),
  /** Unless `detail` is given, it is the first error, because many clients show nothing else. */
  invalid: (errors: readonly FieldError[], detail = firstOf(errors)) =>
    new Problem(422, 'invalid-fields', detail, { errors }),
  unauthenticated: (detail: string) =>
    new Problem(401, 'not-authenticated', detail, { headers: { 'www-authenticate': 'Bearer' } }),
  forbidden: (detail: string) => new Problem(403, 'forbidden', detail),
  notFound: (what: string, id: number | string) =>
    new Problem(404, 'not-found', `There is no ${what} ${id}.`),
  conflict: (code: string, detail: string, errors?: readonly FieldError[]) =>
    new Problem(409, code, detail, errors ? { errors } : {}),
  tooMany: (code: string, detail: string, retryAfterSeconds: number) =>
    new Problem(429, code, detail, { headers: { 'retry-after': String(Math.max(1, retryAfterSeconds)) } }),
  overloaded: () =>
    new Problem(503, 'overloaded', 'The registry is overloaded and did not start the request. Retry later.', {
      headers: { 'retry-after': '1' },
    }),
  timedOut: () =>
    new Problem(
      503,
      'timed-out',
      'The request took too long, or waited too long for another one, and was ended. It changed nothing. Retry later.',
      { headers: { 'retry-after': '1' } },
    ),
  unavailable: (detail: string) =>
    new Problem(503, 'unavailable', detail, { headers: { 'retry-after': '1' } }),
};

/** The first error as a sentence, with the number of the others. The place of a field (`body.`) is left out. */
function firstOf([first, ...others]: readonly FieldError[]): string {
  if (first === undefined) return 'The request is not valid.';
  const [place = '', ...names] = first.path.split('.');
  const field = names.length > 0 ? names.join('.') : `The ${place}`;
  const more = others.length === 1 ? 'another field is' : `${others.length} more fields are`;
  return `${field} ${first.message}${others.length > 0 ? `; ${more} invalid` : ''}.`;
}
