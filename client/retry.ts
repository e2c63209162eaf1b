import pRetry from 'p-retry';

type Send = (request: Request) => Promise<Response>;

const RETRYABLE = new Set([429, 503]);
const MAX_WAIT_MS = 30_000;

/** A retryable response, thrown so that the request is repeated. */
class RetryableResponse extends Error {
  readonly response: Response;

  constructor(response: Response) {
    super(`status ${response.status}`);
    this.response = response;
  }
}

/**
 * Repeats a request after a network error or a response of 429 or 503, up to `attempts` times in total. Requests that are
 * not idempotent are sent once.
 */
export function withRetries(send: Send, attempts: number): Send {
  return async (request) => {
    const attempt = async () => {
      const response = await send(request.clone());
      if (RETRYABLE.has(response.status)) throw new RetryableResponse(response);
      return response;
    };
    try {
      return await pRetry(attempt, {
        retries: isIdempotent(request) ? attempts - 1 : 0,
        minTimeout: 200,
        randomize: true,
        onFailedAttempt: ({ error }) =>
          error instanceof RetryableResponse ? waitAsRequested(error.response) : undefined,
      });
    } catch (error) {
      if (error instanceof RetryableResponse) return error.response;
      throw error;
    }
  };
}

function isIdempotent({ method, headers }: Request): boolean {
  return method === 'GET' || headers.has('idempotency-key');
}

/** Waits for the seconds in `Retry-After` (RFC 9110, 10.2.3), at most 30 s. */
async function waitAsRequested({ headers }: Response): Promise<void> {
  const seconds = Number(headers.get('retry-after'));
  if (!(seconds > 0)) return;
  await new Promise((resume) => setTimeout(resume, Math.min(seconds * 1_000, MAX_WAIT_MS)));
}
