import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Context,
  defaultTextMapGetter,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { type ExportResult, ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Span, Tracing, TracingOptions } from './tracing.ts';

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, producer: SpanKind.PRODUCER } as const;
const STOP_TIMEOUT_MS = 2_000;

/** Creates tracing with the OpenTelemetry SDK, without global state and without patching other modules. */
export function openTelemetry(options: TracingOptions): Tracing {
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': options.serviceName })),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.sampleRatio) }),
    spanProcessors: [new BatchSpanProcessor({ exporter: createExporter(options) })],
  });
  const tracer = provider.getTracer('registry');
  const propagator = new W3CTraceContextPropagator();
  const current = new AsyncLocalStorage<Context>();
  return {
    begin(name, { kind, attributes, remote }) {
      const above = current.getStore() ?? ROOT_CONTEXT;
      const parent = remote ? propagator.extract(ROOT_CONTEXT, remote, defaultTextMapGetter) : above;
      const span = tracer.startSpan(name, { kind: KINDS[kind], attributes: { ...attributes } }, parent);
      return wrapSpan(span, trace.setSpan(parent, span), current);
    },
    active: () => current.getStore() !== undefined,
    async stop() {
      // Failed exports have already been reported by the exporter.
      const stopping = provider.shutdown().catch(() => {});
      await Promise.race([stopping, sleep(STOP_TIMEOUT_MS, undefined, { ref: false })]);
    },
  };
}

function wrapSpan(span: OtelSpan, context: Context, current: AsyncLocalStorage<Context>): Span {
  return {
    traceId: span.spanContext().traceId,
    within: (work) => current.run(context, work),
    set: (attributes) => void span.setAttributes({ ...attributes }),
    end(error) {
      if (error !== undefined) {
        span.setStatus({ code: SpanStatusCode.ERROR });
        span.setAttribute('error.type', errorType(error));
      }
      span.end();
    },
  };
}

function errorType(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : typeof error;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** Creates an exporter that reports the first failure of a series of failed batches, not each of them. */
function createExporter({ endpoint, onError }: TracingOptions): SpanExporter {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` });
  let failing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result: ExportResult) => {
        const failed = result.code === ExportResultCode.FAILED;
        if (failed && !failing) onError(result.error, 'could not export traces');
        failing = failed;
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}
