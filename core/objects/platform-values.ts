import { Duplex, Readable, Writable } from 'node:stream';
import { Socket } from 'node:net';
import { demand } from '../references/exposure.ts';
import { SerializerError } from '../seam/errors.ts';
import type { Extension } from '../seam/serializer.ts';
import { guarded } from '../values/error-text.ts';
import { contentOf } from './blob-contents.ts';
import { decoding, makeDuplex, takeDuplex } from './duplex-streams.ts';
import { inUse, lendNodeReadable, lendReadable, nodeReadableFrom, readableFrom } from './readable-streams.ts';
import { closingOf, lendNodeWritable, lendWritable, nodeWritableFrom, writableFrom } from './writable-streams.ts';

/** The prefix of a platform value's tag. */
export const PLATFORM_TAG_PREFIX = 'platform:';

/** The extension that is written for a platform value. */
export interface PlatformExtension extends Extension {
  /** The Blob that must be read before this can be written. */
  readonly unread?: Blob;
}

/** How values of one platform class are sent, the same with every serializer. */
interface PlatformKind {
  /** Whether they contain only data, so that an error may contain them. */
  readonly plain: boolean;
  /** Returns the parts to write: plain values, other platform values, and objects that are handed out. */
  take(value: object): readonly unknown[];
  /** Creates the value from its parts, which come from an untrusted peer. */
  make(data: readonly unknown[]): object;
}

/**
 * Returns the extension of a platform value, `undefined` for any other. Only exact instances count: a subclass belongs to the
 * user. Most streams of Node.js are instances of subclasses, so each is sent as its kind of stream.
 *
 * @throws {@link SerializerError} `UNSERIALIZABLE` for a stream that is being read or written.
 */
export function platformToExtension(value: object): PlatformExtension | undefined {
  const name = platformName(value);
  const kind = name === undefined ? undefined : KINDS.get(name);
  if (name === undefined || kind === undefined) return undefined;
  const unread = value instanceof Blob && contentOf(value) === undefined ? value : undefined;
  const data = unread === undefined ? kind.take(value) : [];
  const extension = { tag: PLATFORM_TAG_PREFIX + name, data, identity: value, keptBytes: platformBytes(data) };
  return unread === undefined ? extension : { ...extension, unread };
}

/** Whether {@link platformToExtension} copies a value without handing out any object. */
export function isPlatformData(value: object): boolean {
  const name = platformName(value);
  return name !== undefined && KINDS.get(name)?.plain === true;
}

/**
 * Creates the value of an extension.
 *
 * @param name - The part of its tag behind the prefix; it may be anything.
 * @throws {@link SerializerError} `INVALID_PAYLOAD`.
 */
export function platformFromExtension(name: string, data: unknown): object {
  const kind = KINDS.get(name);
  demand(kind !== undefined && Array.isArray(data), 'a malformed platform value');
  try {
    return kind.make(data);
  } catch (cause) {
    if (cause instanceof SerializerError) throw cause;
    throw new SerializerError(`the peer sent a ${name} that this version of Node.js cannot create; see the cause`, {
      code: 'INVALID_PAYLOAD',
      cause,
    });
  }
}

/** The size of a value in bytes, without its parts; most consist of several objects. */
const VALUE_BYTES = 500;
const PART_BYTES = 64;

/** Returns the cost of creating a value from these parts, which are copied. */
export function platformBytes(data: unknown): number {
  if (!Array.isArray(data)) return VALUE_BYTES;
  let bytes = VALUE_BYTES + PART_BYTES * data.length;
  for (const part of data) {
    if (typeof part === 'string') bytes += 2 * part.length;
    else if (ArrayBuffer.isView(part)) bytes += part.byteLength;
  }
  return bytes;
}

/** Returns the name of a value's kind. Reads the value's own name first, because Node.js loads some classes on first use. */
function platformName(value: object): string | undefined {
  if (value instanceof Duplex) return value instanceof Socket ? undefined : 'Duplex';
  if (value instanceof Readable) return 'Readable';
  if (value instanceof Writable) return 'Writable';
  const name: unknown = guarded(() => Reflect.get(value, Symbol.toStringTag), undefined);
  if (typeof name !== 'string' || !KINDS.has(name)) return undefined;
  const prototype: unknown = guarded(() => Object.getPrototypeOf(value), undefined);
  return prototype === classNamed(name)?.prototype ? name : undefined;
}

/** Returns the class of that name, which may be in a namespace; `undefined` if this version of Node.js has none. */
function classNamed(name: string): { readonly prototype: unknown } | undefined {
  let found: unknown = globalThis;
  for (const part of name.split('.')) {
    if ((typeof found !== 'object' && typeof found !== 'function') || found === null) return undefined;
    found = Reflect.get(found, part);
  }
  return typeof found === 'function' ? { prototype: found.prototype } : undefined;
}

/** Creates a kind whose values are recognised by `is`. */
function kindOf<T extends object>(
  is: (value: object) => value is T,
  take: (value: T) => readonly unknown[],
  make: PlatformKind['make'],
  plain = true,
): PlatformKind {
  return {
    plain,
    make,
    take: (value) => {
      if (is(value)) return take(value);
      throw new SerializerError('this value is not of the class that it claims to be');
    },
  };
}

const KINDS: ReadonlyMap<string, PlatformKind> = new Map<string, PlatformKind>([
  [
    'Headers',
    kindOf(
      (value) => value instanceof Headers,
      (headers) => [...headers].flat(),
      (data) => new Headers(pairs(data)),
    ),
  ],
  [
    'URLSearchParams',
    kindOf(
      (value) => value instanceof URLSearchParams,
      (params) => [...params].flat(),
      (data) => new URLSearchParams(pairs(data)),
    ),
  ],
  [
    'FormData',
    kindOf(
      (value) => value instanceof FormData,
      (form) => [...form].flat(),
      makeFormData,
      false,
    ),
  ],
  [
    'Blob',
    kindOf(
      (value) => value instanceof Blob,
      (blob) => [blob.type, contentOf(blob)],
      ([type, bytes]) => new Blob([checkedBytes(bytes)], { type: text(type) }),
      false,
    ),
  ],
  [
    'File',
    kindOf(
      isFile,
      (file) => [file.type, contentOf(file), file.name, file.lastModified],
      ([type, bytes, name, lastModified]) =>
        new File([checkedBytes(bytes)], text(name), { type: text(type), lastModified: Number(lastModified) }),
      false,
    ),
  ],
  ['Request', kindOf((value) => value instanceof Request, takeRequest, makeRequest, false)],
  ['Response', kindOf((value) => value instanceof Response, takeResponse, makeResponse, false)],
  [
    'Event',
    kindOf(
      (value) => value instanceof Event,
      ({ type, bubbles, cancelable, composed }) => [type, bubbles, cancelable, composed],
      ([type, ...init]) => new Event(text(type), eventInit(init)),
    ),
  ],
  [
    'CustomEvent',
    kindOf(
      (value) => value instanceof Event,
      (event) => [event.type, event.bubbles, event.cancelable, event.composed, Reflect.get(event, 'detail')],
      ([type, ...init]) => {
        const detail = init.pop();
        return new CustomEvent(text(type), { ...eventInit(init), detail });
      },
      // Not plain: its detail may be anything.
      false,
    ),
  ],
  [
    'ReadableStream',
    kindOf(
      (value) => value instanceof ReadableStream,
      (stream) => [lendReadable(stream)],
      ([iterator]) => readableFrom(iterator),
      false,
    ),
  ],
  [
    'WritableStream',
    kindOf(
      (value) => value instanceof WritableStream,
      (stream) => [lendWritable(stream)],
      ([sink]) => writableFrom(sink),
      false,
    ),
  ],
  [
    'TransformStream',
    kindOf(
      (value) => value instanceof TransformStream,
      ({ readable, writable }) => [lendReadable(readable), lendWritable(writable)],
      ([iterator, sink]) =>
        Object.defineProperties(new TransformStream(), {
          readable: { value: readableFrom(iterator), configurable: true },
          writable: { value: writableFrom(sink), configurable: true },
        }),
      false,
    ),
  ],
  [
    'Readable',
    kindOf(
      (value) => value instanceof Readable,
      (stream) => [lendNodeReadable(stream), stream.readableObjectMode, stream.readableEncoding],
      ([iterator, objectMode, encoding]) =>
        nodeReadableFrom(iterator, { objectMode: objectMode === true, ...decoding(encoding) }),
      false,
    ),
  ],
  [
    'Writable',
    kindOf(
      (value) => value instanceof Writable,
      (stream) => [lendNodeWritable(stream), stream.writableObjectMode, closingOf(stream)],
      ([sink, objectMode, closing]) => nodeWritableFrom(sink, objectMode === true, closing),
      false,
    ),
  ],
  ['Duplex', kindOf((value) => value instanceof Duplex, takeDuplex, makeDuplex, false)],
  ...[
    'Instant',
    'PlainDate',
    'PlainDateTime',
    'PlainTime',
    'PlainMonthDay',
    'PlainYearMonth',
    'ZonedDateTime',
    'Duration',
  ].map((name) => temporal(`Temporal.${name}`)),
]);

/** The maximum length of dates and times, including calendars and time zones. */
const MAX_TEMPORAL_LENGTH = 200;

/** Creates the kind of a `Temporal` class, whose values are fully described by their text. */
function temporal(name: string): readonly [string, PlatformKind] {
  const make: PlatformKind['make'] = ([said]) => {
    demand(typeof said === 'string' && said.length <= MAX_TEMPORAL_LENGTH, 'a malformed value of Temporal');
    const cls: unknown = classNamed(name)?.prototype;
    const { constructor } = Object(cls);
    const made: unknown = typeof constructor?.from === 'function' ? constructor.from(said) : undefined;
    if (typeof made === 'object' && made !== null && cls !== undefined) return made;
    throw new SerializerError(`a ${name} cannot be read here: this version of Node.js has no Temporal`, {
      code: 'INVALID_PAYLOAD',
    });
  };
  return [name, { plain: true, take: (value) => [Reflect.apply(Reflect.get(value, 'toString'), value, [])], make }];
}

/**
 * The request or response of each body and signal that was sent. Node.js cancels the body of a collected response of `fetch`, and the signal
 * of a collected request no longer aborts.
 */
const owners = new WeakMap<object, Request | Response>();

function takeRequest(request: Request): readonly unknown[] {
  if (request.bodyUsed) throw inUse('Request', 'has a body that was already read');
  const { url, method, headers, body, signal, redirect, credentials, integrity, cache } = request;
  const { mode, referrer, referrerPolicy } = request;
  for (const part of [body, signal]) if (part !== null) owners.set(part, request);
  // The body arrives as a stream, and a request with a stream cannot be kept alive.
  const keepalive = request.keepalive && body === null;
  const parts = [url, method, headers, body, signal, redirect, credentials, integrity, keepalive, cache];
  return [...parts, mode, referrer, referrerPolicy];
}

function makeRequest(data: readonly unknown[]): Request {
  const [url, method, headers, body, signal, redirect, credentials, integrity, keepalive, cache, ...rest] = data;
  demand(headers instanceof Headers && signal instanceof AbortSignal, 'a malformed Request');
  const [mode, referrer, referrerPolicy] = rest;
  const init = { method, headers, signal, redirect, credentials, integrity, keepalive, cache };
  const all = { ...init, mode, referrer, referrerPolicy, ...checkedBody(body), duplex: 'half' };
  return Reflect.construct(Request, [text(url), all]);
}

function takeResponse(response: Response): readonly unknown[] {
  if (response.bodyUsed) throw inUse('Response', 'has a body that was already read');
  const { type, status, statusText, headers, body, url, redirected } = response;
  if (body !== null) owners.set(body, response);
  return [type === 'error', status, statusText, headers, body, url, redirected];
}

function makeResponse(data: readonly unknown[]): Response {
  const [failed, status, statusText, headers, body, url, redirected] = data;
  if (failed === true) return Response.error();
  demand(headers instanceof Headers, 'a malformed Response');
  const init = { status: Number(status), statusText: text(statusText), headers };
  const response = new Response(checkedBody(body).body ?? null, init);
  // No constructor accepts these.
  return Object.defineProperties(response, {
    url: { value: text(url), configurable: true },
    redirected: { value: redirected === true, configurable: true },
  });
}

function checkedBody(body: unknown): { readonly body?: ReadableStream<Uint8Array> } {
  if (body === null) return {};
  demand(body instanceof ReadableStream, 'a malformed body');
  return { body };
}

function makeFormData(data: readonly unknown[]): FormData {
  const form = new FormData();
  for (let at = 0; at < data.length; at += 2) {
    const value = data[at + 1];
    if (typeof value === 'string') form.append(text(data[at]), value);
    else if (typeof value === 'object' && value !== null && isFile(value))
      form.append(text(data[at]), value, value.name);
    else demand(false, 'a malformed FormData');
  }
  return form;
}

function pairs(data: readonly unknown[]): [string, string][] {
  const found: [string, string][] = [];
  for (let at = 0; at < data.length; at += 2) found.push([text(data[at]), text(data[at + 1])]);
  return found;
}

function text(value: unknown): string {
  demand(typeof value === 'string', 'a malformed text');
  return value;
}

function checkedBytes(value: unknown): Uint8Array<ArrayBuffer> {
  demand(value instanceof Uint8Array && value.buffer instanceof ArrayBuffer, 'malformed bytes');
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

function eventInit([bubbles, cancelable, composed]: readonly unknown[]): {
  readonly bubbles: boolean;
  readonly cancelable: boolean;
  readonly composed: boolean;
} {
  return { bubbles: bubbles === true, cancelable: cancelable === true, composed: composed === true };
}

function isFile(value: object): value is File {
  return value instanceof File;
}
