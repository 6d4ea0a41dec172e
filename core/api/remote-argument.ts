import type { Server, Socket } from 'node:net';
import type { EventEmitter } from 'node:events';
import type { EventsProxy } from '../objects/events.ts';
import type { BaseProxy } from '../proxy/base-proxy.ts';

declare const mistake: unique symbol;

/** A type to which nothing is assignable. The compiler prints its text when another type is passed. */
export interface Mistake<Text extends string> {
  readonly [mistake]: Text;
}

/** Any function. */
type Callable = (...args: never[]) => unknown;

/**
 * The type that a caller may pass for an argument. A function may return a plain value, because the method awaits it, so the method
 * must declare it with a promise. A value that can never be sent is a {@link Mistake}.
 */
export type RemoteArgument<Argument> = 0 extends 1 & Argument
  ? Argument
  : Argument extends (...args: infer Args extends readonly unknown[]) => infer Result
    ? (...args: Args) => CallbackResult<Result>
    : [Untravelling<Argument>] extends [never]
      ? Argument extends EventsProxy
        ? Argument | EventEmitter | EventTarget
        : Argument
      : Mistake<Untravelling<Argument>>;

/** The arguments of a method, or of a constructor, as they are passed from another process. */
export type RemoteArguments<Args extends readonly unknown[]> = { [Index in keyof Args]: RemoteArgument<Args[Index]> };

/** The result that a passed function may return if the method declared `Result`. A method that ignores the result declares `void`. */
type CallbackResult<Result> = 0 extends 1 & Result
  ? Result
  : unknown extends Result
    ? Result
    : [Result] extends [void | undefined]
      ? unknown
      : [Extract<Result, PromiseLike<unknown>>] extends [never]
        ? Mistake<'the method gets a promise for the result of this function: declare it as `=> Promise<…>`, and await it'>
        : Result | Awaited<Result> | PromiseLike<Awaited<Result>>;

/** Types that are not examined further: they can be sent, or the call reports why not. */
type Opaque = string | number | bigint | boolean | null | undefined | BaseProxy | Callable | Date | RegExp | Error;

/** The depth to which structures are examined: enough for practice, and a bound for types that contain themselves. */
type Deeper<Depth extends unknown[]> = [...Depth, unknown];

/**
 * Why a value of this type can never be sent; `never` if it may be. An object with methods is not examined: its class may be
 * registered, and then decides itself what is sent.
 */
type Untravelling<T, Depth extends unknown[] = []> = 0 extends 1 & T
  ? never
  : unknown extends T
    ? never
    : T extends Opaque
      ? never
      : T extends symbol
        ? 'a symbol means nothing in another process: pass a string'
        : T extends Socket
          ? 'a Socket stays in the process that opened it'
          : T extends Server
            ? 'a Server stays in the process that opened it'
            : T extends Promise<unknown>
              ? 'a Promise cannot be sent: await it and pass its result'
              : Depth['length'] extends 4
                ? never
                : T extends ReadonlyMap<infer Key, infer Value>
                  ? Untravelling<Key | Value, Deeper<Depth>>
                  : T extends ReadonlySet<infer Element> | readonly (infer Element)[]
                    ? Untravelling<Element, Deeper<Depth>>
                    : T extends WeakMap<WeakKey, unknown> | WeakSet<WeakKey> | WeakRef<WeakKey>
                      ? 'a weak collection cannot be sent: its items cannot be listed'
                      : [Extract<T[keyof T], Callable>] extends [never]
                        ? { [Name in keyof T]-?: Untravelling<T[Name], Deeper<Depth>> }[keyof T]
                        : never;
