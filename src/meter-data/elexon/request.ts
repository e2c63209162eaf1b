import { setTimeout as wait } from 'node:timers/promises';
import pRetry from 'p-retry';

export type ElexonErrorKind = 'network' | 'timeout' | 'status' | 'format';

/** A request that failed for good. The message is one line, names the host and says what to do. */
export class ElexonError extends Error {
  override readonly name = 'ElexonError';
  readonly kind: ElexonErrorKind;
  /** HTTP status of the last answer; null when there was none. */
  readonly status: number | null;

  constructor(
    kind: ElexonErrorKind,
    message: string,
    options: ErrorOptions & { readonly status?: number } = {},
  ) {
    super(message, options);
    this.kind = kind;
    this.status = options.status ?? null;
  }
}

export interface RequestPolicy {
  readonly fetch: typeof fetch;
  /** Attempts after the first one. */
  readonly retries: number;
  /** First pause before a retry; it doubles each time, with jitter. */
  readonly retryDelayMs: number;
  /** One attempt, its body included. */
  readonly timeoutMs: number;
  /** A server that asks for a longer pause than this (Retry-After) is left alone, with an error that says so. */
  readonly maxRetryAfterMs: number;
}

/**
 * GETs JSON. Network errors, time-outs, cut or truncated answers, 429 and 5xx are tried again; other answers are not.
 * An abort through `signal` ends it at once, with the signal's reason.
 *
 * @throws ElexonError
 */
export async function getJson(policy: RequestPolicy, url: URL, signal?: AbortSignal): Promise<unknown> {
  try {
    return await pRetry(() => attempt(policy, url, signal), {
      retries: policy.retries,
      minTimeout: policy.retryDelayMs,
      randomize: true,
      signal,
      shouldRetry: async ({ error }) => {
        if (!(error instanceof RetryableError) || error.retryAfterMs > policy.maxRetryAfterMs) return false;
        if (error.retryAfterMs > 0) await wait(error.retryAfterMs, undefined, signal ? { signal } : {});
        return true;
      },
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof RetryableError ? error.failure : error;
  }
}

/** A failure that may pass: retried, and its `failure` thrown when the retries are used up. */
class RetryableError extends Error {
  readonly failure: ElexonError;
  readonly retryAfterMs: number;

  constructor(failure: ElexonError, retryAfterMs = 0) {
    super(failure.message);
    this.failure = failure;
    this.retryAfterMs = retryAfterMs;
  }
}

async function attempt(policy: RequestPolicy, url: URL, signal?: AbortSignal): Promise<unknown> {
  // Not AbortSignal.any with AbortSignal.timeout: on Node 20 the pair can be collected before it fires.
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  const timer = setTimeout(() => controller.abort(TIMED_OUT), policy.timeoutMs);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const headers = { accept: 'application/json' };
    const response = await policy.fetch(url, { headers, signal: controller.signal });
    if (!response.ok) throw await responseError(response, url);
    return await response.json();
  } catch (error) {
    if (error instanceof RetryableError || error instanceof ElexonError) throw error;
    signal?.throwIfAborted();
    if (controller.signal.aborted) throw new RetryableError(timeoutError(url, policy.timeoutMs));
    throw new RetryableError(
      error instanceof SyntaxError ? invalidJsonError(url, error) : networkError(url, error),
    );
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

const TIMED_OUT = Symbol('timed out');

async function responseError(response: Response, url: URL): Promise<RetryableError | ElexonError> {
  const { status } = response;
  const said = (await response.text()).replace(/\s+/g, ' ').trim().slice(0, 200);
  const pause = response.headers.get('retry-after');
  const advice = pause === null ? '' : ` (retry-after: ${pause})`;
  const message = `${url.host} answered ${status} to ${url.pathname}${advice}${said === '' ? '' : `: ${said}`}`;
  const failure = new ElexonError('status', message, { status });
  return status === 429 || status >= 500 ? new RetryableError(failure, retryAfterMs(pause)) : failure;
}

/** RFC 9110, 10.2.3: a number of seconds or a date. What cannot be read counts as absent. */
function retryAfterMs(header: string | null): number {
  if (header === null) return 0;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const dateMs = Date.parse(header);
  return Number.isNaN(dateMs) ? 0 : Math.max(0, dateMs - Date.now());
}

function timeoutError(url: URL, timeoutMs: number): ElexonError {
  return new ElexonError(
    'timeout',
    `${url.host} did not answer ${url.pathname} within ${timeoutMs / 1000} s`,
  );
}

function invalidJsonError(url: URL, cause: SyntaxError): ElexonError {
  return new ElexonError('format', `${url.host} answered ${url.pathname} with broken JSON`, { cause });
}

function networkError(url: URL, cause: unknown): ElexonError {
  const message = `No connection to ${url.host} (${reasonOf(cause)}): check the network, or load the sample data instead (make db.seed)`;
  return new ElexonError('network', message, { cause });
}

/** fetch wraps what happened to the socket: the innermost code, such as ENOTFOUND, tells most. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
