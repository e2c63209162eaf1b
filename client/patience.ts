import pRetry from 'p-retry';

type Send = (request: Request) => Promise<Response>;

const BUSY = new Set([429, 503]);
const LONGEST_WAIT_MS = 30_000;

/** A busy answer, thrown so that the request is tried again. */
class Busy extends Error {
  readonly response: Response;

  constructor(response: Response) {
    super(`answered ${response.status}`);
    this.response = response;
  }
}

/** Sends a request again that got no answer, or a busy one; only where a repetition does nothing twice. */
export function patiently(send: Send, attempts: number): Send {
  return async (request) => {
    const once = async () => {
      const response = await send(request.clone());
      if (BUSY.has(response.status)) throw new Busy(response);
      return response;
    };
    try {
      return await pRetry(once, {
        retries: mayRepeat(request) ? attempts - 1 : 0,
        minTimeout: 200,
        randomize: true,
        onFailedAttempt: ({ error }) => (error instanceof Busy ? toldToWait(error.response) : undefined),
      });
    } catch (error) {
      if (error instanceof Busy) return error.response;
      throw error;
    }
  };
}

function mayRepeat({ method, headers }: Request): boolean {
  return method === 'GET' || headers.has('idempotency-key');
}

/** Waits as long as the registry says (RFC 9110, 10.2.3), within reason. */
async function toldToWait({ headers }: Response): Promise<void> {
  const seconds = Number(headers.get('retry-after'));
  if (!(seconds > 0)) return;
  await new Promise((resume) => setTimeout(resume, Math.min(seconds * 1_000, LONGEST_WAIT_MS)));
}
