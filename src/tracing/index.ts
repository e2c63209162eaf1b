import type { Tracing, TracingOptions } from './tracing.ts';

export type { Span, Tracing } from './tracing.ts';

/** Starts tracing. OpenTelemetry is loaded only then, because its import is slow. */
export async function startTracing(options: TracingOptions): Promise<Tracing> {
  const { openTelemetry } = await import('./opentelemetry.ts');
  return openTelemetry(options);
}
