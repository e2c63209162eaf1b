import type { HttpJob, LoadResult } from './load-job.ts';
import type { Subject } from './subject.ts';

/** One measurement of a line. */
export interface Sample {
  /** In the unit of the line. */
  readonly value: number;
  readonly medianMs?: number;
  readonly p99Ms?: number;
}

/** A kind of work that is measured beside its limit. */
export interface Line {
  /** For `--only`. */
  readonly name: string;
  readonly work: string;
  readonly unit: string;
  /** What the limit does. */
  readonly limit?: string;
  /** What the registry must reach: a share of the limit or, where less is better, a multiple of it. */
  readonly target?: number;
  /** A line that counts time or space, not work. */
  readonly lessIsBetter?: true;
  measure(subject: Subject): Promise<Sample>;
  measureLimit?(subject: Subject): Promise<Sample>;
}

const JSON_HEADERS = { 'content-type': 'application/json' };

type Request = Pick<HttpJob, 'method' | 'path' | 'values'> &
  Partial<Pick<HttpJob, 'body' | 'connections' | 'requests'>>;

/** Sends requests to the API as its user. */
export async function askApi(subject: Subject, request: Request): Promise<LoadResult> {
  const { url, headers } = subject.api();
  return ask(subject, request, { url, headers: await headers() });
}

/** Sends requests to the server of the limits. */
export const askLimits = (subject: Subject, request: Request): Promise<LoadResult> =>
  ask(subject, request, { url: subject.limits, headers: {} });

function ask(
  { load, seconds }: Subject,
  request: Request,
  { url, headers }: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
): Promise<LoadResult> {
  const contentType = request.body === undefined ? {} : JSON_HEADERS;
  return load.ask({
    kind: 'http',
    connections: 16,
    seconds,
    ...request,
    url,
    headers: { ...headers, ...contentType },
  });
}

/** Requests, or `perRequest` times as many rows, each second. */
export function perSecond({ completed, elapsedMs, medianMs, p99Ms }: LoadResult, perRequest = 1): Sample {
  const latency = medianMs === undefined || p99Ms === undefined ? {} : { medianMs, p99Ms };
  return { value: (perRequest * completed * 1_000) / elapsedMs, ...latency };
}
