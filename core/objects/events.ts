import { EventEmitter } from 'node:events';
import { shareOf, BaseProxy, callMethodAs, proxyReference } from '../proxy/base-proxy.ts';
import type { Typeid } from '../declaration/typeid-table.ts';
import { callingSession } from '../references/current-call.ts';
import type { LocalExposure } from '../references/exposure.ts';
import { dropNow } from '../references/reference.ts';
import { process } from '../seam/environment.ts';
import { ConnectionLostError, misuse, ProxyError } from '../seam/errors.ts';
import { shownText } from '../values/error-text.ts';
import { EventStream, type ListenOptions } from './event-stream.ts';
import type { IteratorProxy } from './iterator.ts';
import { publicMembers } from './shared-typeid.ts';

/** The number of unanswered events after which a listener in another process is removed. */
const MAX_UNANSWERED = 1_024;

/** A listener in another process. */
type Listener = (...args: readonly unknown[]) => unknown;

const sources = new WeakMap<object, EventsSource>();

/** Executes the calls for an `EventEmitter` or an `EventTarget` of this process. */
export class EventsSource {
  readonly #emitter: EventEmitter | EventTarget;
  readonly #subscriptions = new Map<number, () => void>();
  #lastId = 0;

  /** @param emitter - An emitter without a source; use {@link EventsSource.of}. */
  constructor(emitter: EventEmitter | EventTarget) {
    this.#emitter = emitter;
  }

  /**
   * Returns the source of `object`; always the same one.
   *
   * @throws {@link ProxyError} `NOT_ALLOWED` for an object without events.
   */
  static of(object: object): EventsSource {
    let source = sources.get(object);
    if (source === undefined) {
      source = new EventsSource(checkedEmitter(object));
      sources.set(object, source);
    }
    return source;
  }

  /** Calls `listener` with each event of that name, until {@link EventsSource.unsubscribe} or the end of its process. */
  subscribe(name: string, listener: Listener, once: boolean): number {
    if (typeof listener !== 'function') throw misuse('on: the second argument must be a function');
    const id = ++this.#lastId;
    let unanswered = 0;
    const fail = (error: unknown): void => {
      if (error instanceof ConnectionLostError) remove();
      else warn(`A listener for '${shownText(name)}' in another process failed: ${shownText(error)}`);
    };
    const heard = (...args: readonly unknown[]): void => {
      if (once) unlisten();
      if (++unanswered > MAX_UNANSWERED) {
        remove();
        warn(
          `A listener for '${shownText(name)}' in another process was removed: it was ${MAX_UNANSWERED} events behind`,
        );
        return;
      }
      void Promise.resolve(listener(...args))
        .catch(fail)
        .finally(() => {
          unanswered--;
          if (once) remove();
        });
    };
    const unlisten = listen(this.#emitter, name, heard);
    const leave = callingSession()?.onEnd(() => remove());
    const remove = (): void => {
      if (!this.#subscriptions.delete(id)) return;
      unlisten();
      leave?.();
      const share = shareOf(listener);
      if (share) dropNow(share);
    };
    this.#subscriptions.set(id, remove);
    return id;
  }

  /** Ends a subscription. */
  unsubscribe(id: number): void {
    this.#subscriptions.get(id)?.();
  }

  /** Emits an event. Returns whether an emitter had listeners; of a target, whether no listener prevented the default. */
  emit(event: string | Event, ...args: readonly unknown[]): boolean {
    const emitter = this.#emitter;
    if (emitter instanceof EventEmitter) {
      if (typeof event === 'string') return emitter.emit(event, ...args);
      throw misuse('emit: this is an EventEmitter, so the first argument must be the name of the event');
    }
    return emitter.dispatchEvent(typeof event === 'string' ? new CustomEvent(event, { detail: args[0] }) : event);
  }

  /** Returns the events of that name from now on. */
  listen(name: string, options: ListenOptions | undefined): EventStream {
    return new EventStream((heard) => listen(this.#emitter, name, heard), options);
  }
}

function listen(emitter: EventEmitter | EventTarget, name: string, heard: Listener): () => void {
  if (emitter instanceof EventEmitter) {
    const listener = (...args: readonly unknown[]): void => void heard(...args);
    emitter.on(name, listener);
    return () => emitter.off(name, listener);
  }
  const listener = (event: Event): void => void heard(copyable(event));
  emitter.addEventListener(name, listener);
  return () => emitter.removeEventListener(name, listener);
}

/** Returns the event, or a plain event of the same name if it is of a subclass. */
function copyable(event: Event): Event {
  const prototype: unknown = Object.getPrototypeOf(event);
  if (prototype === Event.prototype || prototype === CustomEvent.prototype) return event;
  return new Event(event.type, event);
}

function checkedEmitter(object: object): EventEmitter | EventTarget {
  if (object instanceof EventEmitter || object instanceof EventTarget) return object;
  throw new ProxyError("this object has no events, so it cannot have the typeid 'events'", { code: 'NOT_ALLOWED' });
}

function warn(message: string): void {
  process.emitWarning(message, { type: 'UActorWarning', code: 'UACTOR_LISTENER' });
}

/** The exposure of emitters. */
export const EVENTS_EXPOSURE: LocalExposure = Object.freeze({
  ...publicMembers(EventsSource),
  typeid: 'events',
  methodToTypeid: Object.freeze({}),
  adapt: (object: object) => EventsSource.of(object),
});

/** Whether an object is a plain emitter. One of a subclass is handed out with `proxy(it, 'events')`. */
export function isEmitter(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === EventEmitter.prototype || prototype === EventTarget.prototype;
}

/** A listener of this process and its subscription. */
interface Subscription {
  readonly instance: string;
  readonly object: number;
  readonly name: string;
  readonly id: Promise<number>;
}

const subscriptions = new WeakMap<object, Subscription[]>();

/** The names of events and the arguments of their listeners. */
export type EventArguments = Readonly<Record<string, readonly unknown[]>>;

/**
 * A proxy of an `EventEmitter` or an `EventTarget`: the typeid `events`. An `EventEmitter` or `EventTarget` in an argument or a result
 * arrives as one; an object of a class that extends them is handed out with `proxy(object, 'events')`.
 *
 * Listeners run in this process, after `emit` in the emitter's process has returned, and their events arrive in order. Listeners
 * end with `off`, or with the session.
 *
 * @typeParam Events - The arguments of each event's listeners.
 * @example
 * import { EventEmitter } from 'node:events';
 * class Clock extends Actor {
 *   static override readonly module = import.meta.url;
 *   readonly #ticks = new EventEmitter();
 *   ticks() {
 *     return this.#ticks;
 *   }
 * }
 * await using clock = await Clock.spawn();
 * const ticks = await clock.ticks();
 * await ticks.on('tick', (count) => console.log(count));
 */
export class EventsProxy<Events extends EventArguments = EventArguments> extends BaseProxy {
  /** Calls `listener` with each event of that name. Resolves when the subscription is active. */
  async on<Name extends string & keyof Events>(
    name: Name,
    listener: (...args: Events[Name]) => unknown,
  ): Promise<void> {
    await this.#subscribe(name, listener, false);
  }

  /** Calls `listener` with the next event of that name only. Resolves when the subscription is active. */
  async once<Name extends string & keyof Events>(
    name: Name,
    listener: (...args: Events[Name]) => unknown,
  ): Promise<void> {
    await this.#subscribe(name, listener, true);
  }

  /** Removes a listener that was added with `on` or `once`, through any proxy of the object. */
  async off<Name extends string & keyof Events>(
    name: Name,
    listener: (...args: Events[Name]) => unknown,
  ): Promise<void> {
    const { instance, id } = proxyReference(this);
    const known = subscriptions.get(listener) ?? [];
    const at = known.findLastIndex((each) => each.instance === instance && each.object === id && each.name === name);
    const [found] = at < 0 ? [] : known.splice(at, 1);
    if (found) await callMethodAs(this, 'off()', 'unsubscribe', [await found.id]);
  }

  /**
   * Emits an event in the emitter's process. Resolves to whether it had listeners. An `EventTarget` dispatches a `CustomEvent`
   * with `args[0]` as its `detail`, or the event that is passed instead of a name.
   */
  async emit<Name extends string & keyof Events>(event: Name | Event, ...args: Events[Name]): Promise<boolean> {
    return await this.callMethod('emit', [event, ...args]);
  }

  /**
   * Returns the events of that name from now on, for `for await`. Each value is the list of a listener's arguments. Leaving the
   * loop ends it.
   *
   * @example
   * declare const ticks: EventsProxy<{ tick: [number] }>;
   * for await (const [count] of await ticks.listen('tick', { maxBuffered: 100, whenFull: 'drop-oldest' })) console.log(count);
   */
  async listen<Name extends string & keyof Events>(
    name: Name,
    options?: ListenOptions,
  ): Promise<IteratorProxy<Events[Name], undefined>> {
    return await this.callMethod('listen', [name, options]);
  }

  async #subscribe<Args extends readonly unknown[]>(
    name: string,
    listener: (...args: Args) => unknown,
    once: boolean,
  ): Promise<void> {
    const { instance, id: object } = proxyReference(this);
    const member = once ? 'once' : 'on';
    if (typeof listener !== 'function') throw misuse(`${member}: the second argument must be a function`);
    const forget = (): void => {
      const known = subscriptions.get(listener) ?? [];
      const at = known.indexOf(subscription);
      // `off` may have removed it while its event was on its way.
      if (at >= 0) known.splice(at, 1);
    };
    const called = (...args: Args): unknown => {
      forget();
      return listener(...args);
    };
    const id = callMethodAs<number>(this, `${member}()`, 'subscribe', [name, once ? called : listener, once]);
    const subscription = { instance, object, name, id };
    const known = subscriptions.get(listener);
    if (known === undefined) subscriptions.set(listener, [subscription]);
    else known.push(subscription);
    try {
      await id;
    } catch (error) {
      forget();
      throw error;
    }
  }
}

/** The typeid `events`: event emitters. */
export const EVENTS: Typeid = {
  name: 'events',
  proxyClass: EventsProxy,
  expose: (object) => {
    checkedEmitter(object);
    return EVENTS_EXPOSURE;
  },
};
