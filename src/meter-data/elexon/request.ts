import { setTimeout as sleep } from 'node:timers/promises';
import pRetry from 'p-retry';

export type ElexonErrorKind = 'network' | 'timeout' | 'status' | 'format';

/** A request that failed after all retries. The message is one line that names the host and the cause. */
export class ElexonError extends Error {
  override readonly name = 'ElexonError';
  readonly kind: ElexonErrorKind;
  /** HTTP status of the last response; null if there was none. */
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
  /** Number of attempts after the first one. */
  readonly retries: number;
  /** Delay before the first retry in ms. It doubles with each retry and has jitter. */
  readonly retryDelayMs: number;
  /** Time limit of one attempt in ms, including the body. */
  readonly timeoutMs: number;
  /** Longest accepted Retry-After in ms. A longer one fails the request with an error that contains it. */
  readonly maxRetryAfterMs: number;
  /** Waits for a Retry-After; rejects when `signal` is aborted. */
  readonly wait: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

export const waitOrAbort: RequestPolicy['wait'] = (ms, signal) =>
  sleep(ms, undefined, signal ? { signal } : {});

/**
 * Fetches JSON. Network errors, timeouts, truncated responses, 429 and 5xx are retried; other error responses are
 * not. An abort of `signal` ends the request at once and rejects with the reason of the signal.
 *
 * @throws {ElexonError}
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
        if (error.retryAfterMs > 0) await policy.wait(error.retryAfterMs, signal);
        return true;
      },
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof RetryableError ? error.failure : error;
  }
}

/** A failure that is worth a retry. `failure` is thrown after the last retry. */
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
  // AbortSignal.any with AbortSignal.timeout can be garbage collected on Node 20 before it fires.
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
  const body = (await response.text()).replace(/\s+/g, ' ').trim().slice(0, 200);
  const retryAfter = response.headers.get('retry-after');
  const suffix = retryAfter === null ? '' : ` (retry-after: ${retryAfter})`;
  const message = `${url.host} answered ${status} to ${url.pathname}${suffix}${body === '' ? '' : `: ${body}`}`;
  const failure = new ElexonError('status', message, { status });
  return status === 429 || status >= 500 ? new RetryableError(failure, retryAfterMs(retryAfter)) : failure;
}

/** Parses Retry-After (RFC 9110, 10.2.3): seconds or a date. Returns 0 for an absent or invalid header. */
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
  return new ElexonError('format', `${url.host} answered ${url.pathname} with invalid JSON`, { cause });
}

function networkError(url: URL, cause: unknown): ElexonError {
  const message = `No connection to ${url.host} (${reasonOf(cause)}): check the network, or load the sample data instead (make db.seed)`;
  return new ElexonError('network', message, { cause });
}

/** The code of the innermost cause, such as ENOTFOUND: fetch wraps the error of the socket. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
