import type { Server, Socket } from 'node:net';
import type { EventEmitter } from 'node:events';
import type { EventsProxy } from '../objects/events.ts';
import type { BaseProxy } from '../proxy/base-proxy.ts';

declare const mistake: unique symbol;

/** A type that nothing is assignable to. The compiler prints its text where something else was passed. */
export interface Mistake<Text extends string> {
  readonly [mistake]: Text;
}

/** Any function. */
type Callable = (...args: never[]) => unknown;

/**
 * What may be passed for an argument: a function may answer at once, because it arrives as one that is awaited, so the method
 * must be declared to get a promise; what can never travel is a {@link Mistake}.
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

/** What a function may answer with for which a method declared `Result`. A method that does not look at it declares `void`. */
type CallbackResult<Result> = 0 extends 1 & Result
  ? Result
  : unknown extends Result
    ? Result
    : [Result] extends [void | undefined]
      ? unknown
      : [Extract<Result, PromiseLike<unknown>>] extends [never]
        ? Mistake<'the method gets a promise of what this function returns: let it declare `=> Promise<…>`, and await it'>
        : Result | Awaited<Result> | PromiseLike<Awaited<Result>>;

/** What is not looked into: it travels, or says itself at the call why it does not. */
type Opaque = string | number | bigint | boolean | null | undefined | BaseProxy | Callable | Date | RegExp | Error;

/** A structure is followed so deep: enough for what people declare, and an end for types that contain themselves. */
type Deeper<Depth extends unknown[]> = [...Depth, unknown];

/**
 * Why a value of this type can never be sent, `never` if it may. An object with methods is not looked into: it may be of a class
 * that is registered, and decides itself what is sent of it.
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
              ? 'a Promise cannot be sent: pass what it resolves to'
              : Depth['length'] extends 4
                ? never
                : T extends ReadonlyMap<infer Key, infer Value>
                  ? Untravelling<Key | Value, Deeper<Depth>>
                  : T extends ReadonlySet<infer Element> | readonly (infer Element)[]
                    ? Untravelling<Element, Deeper<Depth>>
                    : T extends WeakMap<WeakKey, unknown> | WeakSet<WeakKey> | WeakRef<WeakKey>
                      ? 'a weak collection cannot be sent: nobody can list what it holds'
                      : [Extract<T[keyof T], Callable>] extends [never]
                        ? { [Name in keyof T]-?: Untravelling<T[Name], Deeper<Depth>> }[keyof T]
                        : never;
