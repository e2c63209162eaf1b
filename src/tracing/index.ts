import type { Tracing, TracingOptions } from './tracing.ts';

export type { Span, Tracing } from './tracing.ts';

/** Loads OpenTelemetry, which takes a moment, and begins. */
export async function startTracing(options: TracingOptions): Promise<Tracing> {
  const { openTelemetry } = await import('./opentelemetry.ts');
  return openTelemetry(options);
}
