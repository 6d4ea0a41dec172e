import type { Histogram, Meter, MeterProvider, TextMapGetter, TracerProvider } from '@opentelemetry/api';
import { type CallMetadata, interceptAnswers, interceptCalls, UActorError } from '../index.ts';
import { DURATION_BOUNDARIES, methodOf, serverOf } from './conventions.ts';
import { loadApi } from './load-api.ts';
import { CallObserver } from './observer.ts';
import { spanSpawns } from './spawn-spans.ts';

/** The name of the tracer and the meter. */
const SCOPE = 'uactor';

/** Options of {@link instrument}. */
export interface InstrumentOptions {
  /** The provider of the tracer for the spans. Default: the provider that is registered with `@opentelemetry/api`. */
  readonly tracerProvider?: TracerProvider;
  /** The provider of the meter for the metrics. Default: the provider that is registered when `instrument` is called. */
  readonly meterProvider?: MeterProvider;
}

/** Reads only strings, because metadata comes from other processes and may contain anything. */
const STRINGS: TextMapGetter<CallMetadata> = {
  keys: (metadata) => Object.keys(metadata),
  get: (metadata, name) => {
    const value = Object.hasOwn(metadata, name) ? metadata[name] : undefined;
    return typeof value === 'string' ? value : undefined;
  },
};

const state = { instrumented: false };

/**
 * Creates spans and metrics of the calls that this process makes and answers, and spans of its spawns, by OpenTelemetry's conventions
 * for RPC. The metadata of a call contains the context of its span, so the spans of all instrumented processes form one trace.
 *
 * Call it in each process, after the SDK has started: in the program, and in an actor's process by the actor's module or by a file that
 * `options.execArgv` preloads with `--import`. The SDK has to register a context manager and a propagator with `@opentelemetry/api`, as
 * `NodeSDK.start()` and `NodeTracerProvider.register()` do.
 *
 * @returns a function that ends the instrumentation.
 * @throws `UActorError` `INVALID_STATE` when `@opentelemetry/api` is not installed, or this process is instrumented already.
 * @example
 * new NodeSDK({ serviceName: 'shop' }).start();
 * instrument();
 */
export function instrument({ tracerProvider, meterProvider }: InstrumentOptions = {}): () => void {
  const api = loadApi();
  if (state.instrumented) {
    throw new UActorError(
      'instrument() was called twice in this process, which would record each span twice: call it in one place, or first call ' +
        'the function that it returned',
    );
  }
  state.instrumented = true;
  const { context, metrics, propagation, ROOT_CONTEXT, SpanKind, trace } = api;
  const tracer = (tracerProvider ?? trace).getTracer(SCOPE);
  const meter = (meterProvider ?? metrics).getMeter(SCOPE);
  const client = new CallObserver(
    api,
    tracer,
    SpanKind.CLIENT,
    durations(meter, 'rpc.client.call.duration', 'outbound'),
  );
  const server = new CallObserver(
    api,
    tracer,
    SpanKind.SERVER,
    durations(meter, 'rpc.server.call.duration', 'inbound'),
  );
  const ends = [
    interceptCalls((call, next) =>
      client.observe(methodOf(call), serverOf(call.address), context.active(), (within) => {
        propagation.inject(within, call.metadata);
        return next();
      }),
    ),
    interceptAnswers((call, next) =>
      server.observe(methodOf(call), {}, propagation.extract(ROOT_CONTEXT, call.metadata, STRINGS), () => next()),
    ),
    spanSpawns(api, tracer),
  ];
  return () => {
    for (const end of ends.splice(0)) end();
    state.instrumented = false;
  };
}

function durations(meter: Meter, name: string, direction: string): Histogram {
  return meter.createHistogram(name, {
    unit: 's',
    description: `Measures the duration of ${direction} remote procedure calls (RPC).`,
    advice: { explicitBucketBoundaries: DURATION_BOUNDARIES },
  });
}
