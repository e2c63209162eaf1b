export type Attributes = Readonly<Record<string, string | number | string[]>>;

/** The parent span in a calling process, from the headers of W3C Trace Context. */
export interface RemoteParent {
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

export interface SpanOptions {
  readonly kind: 'server' | 'client' | 'producer';
  readonly attributes: Attributes;
  /** The parent of the span if it is valid; by default the current span is the parent. */
  readonly remote?: RemoteParent;
}

export interface Span {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** Runs `work`, including its asynchronous continuations, with this span as the current one. */
  within<T>(work: () => T): T;
  set(attributes: Attributes): void;
  /** Ends the span. Of an error only the type is exported: its message may contain confidential data. */
  end(error?: unknown): void;
}

/** Creates spans. It exists only if an OTLP endpoint is configured. */
export interface Tracing {
  begin(name: string, options: SpanOptions): Span;
  /** Whether there is a current span. */
  active(): boolean;
  /** Exports the remaining spans within a time limit. */
  stop(): Promise<void>;
}

export interface TracingOptions {
  /** The OTLP/HTTP endpoint, without `/v1/traces`. */
  readonly endpoint: string;
  readonly serviceName: string;
  /** The sampled share of traces, 0 to 1. The sampling decision of a remote parent takes precedence. */
  readonly sampleRatio: number;
  readonly onError: (error: unknown, what: string) => void;
}
