/** Requests of one kind, as data: the process that sends them is another one. */
export interface HttpJob {
  readonly kind: 'http';
  /** Origin, such as `http://127.0.0.1:8000`. */
  readonly url: string;
  readonly method: 'GET' | 'POST';
  /** `{}` stands for a value. */
  readonly path: string;
  /** JSON, in which `{}` stands for a value. */
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Each request takes the next value; after the last one, the first. */
  readonly values: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  /** Ends after this many requests instead of `seconds`. */
  readonly requests?: number;
}

/** One streamed answer, read to its end. */
export interface StreamJob {
  readonly kind: 'stream';
  readonly url: string;
  readonly path: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** `COPY (SELECT ...) TO STDOUT`, read to its end. */
export interface CopyJob {
  readonly kind: 'copy';
  readonly databaseUrl: string;
  readonly statement: string;
}

export type LoadJob = HttpJob | StreamJob | CopyJob;

/** What was measured. Times are milliseconds. */
export interface LoadResult {
  /** Completed requests, or lines of a stream. */
  readonly completed: number;
  readonly elapsedMs: number;
  /** Of the requests of an {@link HttpJob}. */
  readonly medianMs?: number;
  readonly p99Ms?: number;
  /** The number of the values that were taken. */
  readonly valuesTaken?: number;
}
