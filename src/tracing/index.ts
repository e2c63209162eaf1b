export { type Span, startTracing, type Tracing } from './tracing.ts';
