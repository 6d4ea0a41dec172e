import { tracingChannel } from 'node:diagnostics_channel';
import type { Span, Tracer } from '@opentelemetry/api';
import type { Api } from './load-api.ts';
import { failed } from './observer.ts';

/** Creates a span for each spawn. Returns a function that ends this. */
export function spanSpawns(api: Api, tracer: Tracer): () => void {
  const channel = tracingChannel('uactor:spawn');
  const spans = new WeakMap<object, Span>();
  const subscribers = {
    start(message: object): void {
      const actor = String(Reflect.get(message, 'actor'));
      spans.set(message, tracer.startSpan(`spawn ${actor}`, { attributes: { 'uactor.actor': actor } }));
    },
    error(message: object): void {
      const span = spans.get(message);
      if (span !== undefined) failed(api, span, Reflect.get(message, 'error'));
    },
    asyncEnd(message: object): void {
      const pid: unknown = Reflect.get(message, 'pid');
      if (typeof pid === 'number') spans.get(message)?.setAttribute('uactor.pid', pid);
      spans.get(message)?.end();
    },
    end: () => undefined,
    asyncStart: () => undefined,
  };
  channel.subscribe(subscribers);
  return () => channel.unsubscribe(subscribers);
}
