import type { Attributes, Context, Histogram, Span, SpanKind, Tracer } from '@opentelemetry/api';
import { errorType } from './conventions.ts';
import type { Api } from './load-api.ts';

/** Creates a span and a measurement for each call, at one side. */
export class CallObserver {
  readonly #api: Api;
  readonly #tracer: Tracer;
  readonly #kind: SpanKind;
  readonly #duration: Histogram;

  constructor(api: Api, tracer: Tracer, kind: SpanKind, duration: Histogram) {
    this.#api = api;
    this.#tracer = tracer;
    this.#kind = kind;
    this.#duration = duration;
  }

  /**
   * Runs a call in a new span, which is active while the call runs.
   *
   * @param parent - The context of the span's parent.
   * @param own - The span's attributes besides the method.
   */
  async observe(method: string, own: Attributes, parent: Context, run: (within: Context) => unknown): Promise<unknown> {
    const { context, trace } = this.#api;
    const common = { 'rpc.system.name': 'uactor', 'rpc.method': method };
    const span = this.#tracer.startSpan(method, { kind: this.#kind, attributes: { ...common, ...own } }, parent);
    const within = trace.setSpan(parent, span);
    const startedAt = performance.now();
    let failure: Attributes = {};
    try {
      return await context.with(within, run, undefined, within);
    } catch (error) {
      failure = failed(this.#api, span, error);
      throw error;
    } finally {
      this.#duration.record((performance.now() - startedAt) / 1000, { ...common, ...failure }, within);
      span.end();
    }
  }
}

/** A thrown value may be of any kind, and its conversion to text may throw. */
function textOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return 'a value that cannot be shown';
  }
}

/** Marks a span as failed. Returns the attributes of the failure, for the span's measurement. */
export function failed({ SpanStatusCode }: Api, span: Span, error: unknown): Attributes {
  const attributes = { 'error.type': errorType(error) };
  span.setAttributes(attributes);
  span.setStatus({ code: SpanStatusCode.ERROR, message: textOf(error) });
  return attributes;
}
