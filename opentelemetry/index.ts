/**
 * Spans and metrics of calls and spawns for OpenTelemetry: `uactor/opentelemetry`. The optional peer dependency `@opentelemetry/api` is
 * loaded when {@link instrument} is called.
 *
 * @module uactor/opentelemetry
 */
export { instrument, type InstrumentOptions } from './instrument.ts';
