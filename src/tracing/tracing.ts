export type Attributes = Readonly<Record<string, string | number | string[]>>;

/** What another process says of the span that it calls from (W3C Trace Context). */
export interface RemoteParent {
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

export interface SpanOptions {
  readonly kind: 'server' | 'client' | 'producer';
  readonly attributes: Attributes;
  /** The span begins below this one, where it is valid; without it, below the current one. */
  readonly remote?: RemoteParent;
}

export interface Span {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** Runs `work`; spans that it begins, and what follows it, are below this one. */
  within<T>(work: () => T): T;
  set(attributes: Attributes): void;
  /** Of an error only its kind is told: its message may hold what is nobody's business. */
  end(error?: unknown): void;
}

/** Where an endpoint for traces is set; elsewhere there is none, and nothing of it is loaded. */
export interface Tracing {
  begin(name: string, options: SpanOptions): Span;
  /** Whether there is a current span. */
  active(): boolean;
  /** Sends what is left, within bounds. */
  stop(): Promise<void>;
}

export interface TracingOptions {
  /** The OTLP/HTTP endpoint, without `/v1/traces`. */
  readonly endpoint: string;
  readonly serviceName: string;
  /** The part of traces that are kept, 0 to 1; a caller that has decided decides. */
  readonly sampleRatio: number;
  readonly onError: (error: unknown, what: string) => void;
}
