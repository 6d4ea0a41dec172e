/**
 * A custom serializer: CBOR (RFC 8949) with the package `cbor-x`. Register it in the actor's module:
 *
 *     registerSerializer(cbor);
 *     class Counter extends Actor { static override readonly options = { serializer: 'cbor' }; … }
 *
 * A message is a flat table with one row for each value. Containers refer to their members by row number.
 * The bytes therefore do not nest, an object that occurs twice is one row, and cycles need no special case.
 */
import { Decoder, Encoder } from 'cbor-x';
import { type Codec, type CodecContext, type Output, type Serializer, SerializerError } from 'uactor/plugin';

export const cbor: Serializer = { name: 'cbor', open: (context: CodecContext): Codec => new CborCodec(context) };

/** No records, maps or tags: the rest of CBOR is easy to check. */
const OPTIONS = { useRecords: false, tagUint8Array: false, copyBuffers: true };

class CborCodec implements Codec {
  readonly #context: CodecContext;
  readonly #encoder = new Encoder(OPTIONS);
  readonly #decoder = new Decoder(OPTIONS);

  constructor(context: CodecContext) {
    this.#context = context;
  }

  encode(value: unknown, output: Output): void {
    // `write` copies the bytes, because the encoder may reuse their memory.
    output.write(this.#encoder.encode(new Table(this.#context).fill(value)));
  }

  decode(bytes: Uint8Array): unknown {
    check(bytes, this.#context.maxNodes);
    const rows: unknown = readTable(this.#decoder, bytes);
    if (!Array.isArray(rows)) throw invalid('it is not a table');
    return new Reading(this.#context, rows).value(0, 0);
  }
}

function readTable(decoder: Decoder, bytes: Uint8Array): unknown {
  try {
    return decoder.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch {
    // The decoder's message may quote bytes of the peer, which must not appear in an error.
    throw invalid('cbor-x cannot read it');
  }
}

type ViewClass = new (memory: ArrayBuffer) => object;

/** The classes of bytes, by the name in their row. */
const VIEWS: ReadonlyMap<string, ViewClass> = new Map<string, ViewClass>([
  ['DataView', DataView],
  ['Int8Array', Int8Array],
  ['Uint8Array', Uint8Array],
  ['Uint8ClampedArray', Uint8ClampedArray],
  ['Int16Array', Int16Array],
  ['Uint16Array', Uint16Array],
  ['Int32Array', Int32Array],
  ['Uint32Array', Uint32Array],
  ['Float32Array', Float32Array],
  ['Float64Array', Float64Array],
  ['BigInt64Array', BigInt64Array],
  ['BigUint64Array', BigUint64Array],
]);
const VIEW_NAMES: ReadonlyMap<unknown, string> = new Map([...VIEWS].map(([name, { prototype }]) => [prototype, name]));

/** The first half of a codec: writes a value as rows. */
class Table {
  readonly #context: CodecContext;
  readonly #rows: unknown[] = [];
  /** The row numbers of objects, and of strings, which often repeat as keys. */
  readonly #known = new Map<unknown, number>();
  /** The containers being filled, each with the number of extensions around it. */
  readonly #open = new Map<unknown, number>();
  #extensions = 0;
  /** The path from the value to the current place. */
  readonly #path: string[] = [];

  constructor(context: CodecContext) {
    this.#context = context;
  }

  fill(value: unknown): readonly unknown[] {
    this.#add(value, 0);
    return this.#rows;
  }

  /** Returns the row number of `value`, which is `depth` levels deep. */
  #add(value: unknown, depth: number): number {
    const known = this.#known.get(value);
    // The reader creates an extension's value from its complete data, which therefore cannot refer to an object around it.
    if ((this.#open.get(value) ?? Infinity) < this.#extensions)
      throw this.#refusal('an object within its own extension');
    if (known !== undefined) return known;
    if (typeof value === 'object' && value !== null) return this.#object(value, depth);
    if (typeof value === 'function') return this.#extension(value, depth);
    const row = this.#rows.push(this.#leaf(value)) - 1;
    if (typeof value === 'string') this.#known.set(value, row);
    return row;
  }

  #leaf(value: unknown): unknown {
    if (value === undefined) return ['undefined'];
    if (Object.is(value, -0)) return ['-0'];
    if (typeof value === 'bigint') return ['bigint', value < 0n, (value < 0n ? -value : value).toString(16)];
    if (typeof value === 'symbol') throw this.#refusal('a symbol');
    if (typeof value !== 'string') return value;
    // UTF-8 has no halves of surrogate pairs, and readers drop a byte order mark.
    const isText = value.isWellFormed() && !value.startsWith('\ufeff');
    return isText ? value : ['text', Buffer.from(value, 'utf16le')];
  }

  #object(value: object, depth: number): number {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Array.prototype && Array.isArray(value)) return this.#array(value, depth);
    if (prototype === Object.prototype || prototype === null) return this.#record(value, depth);
    if (prototype === Map.prototype && value instanceof Map) return this.#map(value, depth);
    if (prototype === Set.prototype && value instanceof Set) return this.#set(value, depth);
    const row = carried(value, prototype);
    if (row === undefined) return this.#extension(value, depth);
    this.#known.set(value, this.#rows.length);
    return this.#rows.push(row) - 1;
  }

  /** Adds a row for a container: its kind, followed by its members. */
  #container(value: object, kind: string, depth: number): unknown[] {
    this.#checkDepth(depth);
    const row: unknown[] = [kind];
    this.#known.set(value, this.#rows.push(row) - 1);
    this.#open.set(value, this.#extensions);
    return row;
  }

  #array(items: readonly unknown[], depth: number): number {
    const row = this.#container(items, 'array', depth);
    row.push(items.length);
    const at = this.#rows.length - 1;
    // Only existing items: an array may have holes.
    for (const key of Object.keys(items)) {
      const index = Number(key);
      if (String(index) !== key || !(index < items.length)) continue;
      row.push(index, this.#member(items, index, `[${key}]`, depth));
    }
    this.#open.delete(items);
    return at;
  }

  #record(value: object, depth: number): number {
    const row = this.#container(value, 'object', depth);
    const at = this.#rows.length - 1;
    for (const key of Object.keys(value)) {
      const step = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
      row.push(this.#add(key, depth), this.#member(value, key, step, depth));
    }
    this.#open.delete(value);
    return at;
  }

  #map(map: ReadonlyMap<unknown, unknown>, depth: number): number {
    const row = this.#container(map, 'map', depth);
    const at = this.#rows.length - 1;
    for (const entry of map) {
      const name = typeof entry[0] === 'string' ? JSON.stringify(entry[0]) : '…';
      row.push(this.#member(entry, 0, `.keys()[${(row.length - 1) / 2}]`, depth));
      row.push(this.#member(entry, 1, `.get(${name})`, depth));
    }
    this.#open.delete(map);
    return at;
  }

  #set(set: ReadonlySet<unknown>, depth: number): number {
    const row = this.#container(set, 'set', depth);
    const at = this.#rows.length - 1;
    for (const value of set) row.push(this.#member([value], 0, `.values()[${row.length - 1}]`, depth));
    this.#open.delete(set);
    return at;
  }

  #member(container: object, key: string | number, step: string, depth: number): number {
    this.#path.push(step);
    let member: unknown;
    try {
      member = Reflect.get(container, key);
    } catch (cause) {
      throw this.#refusal('a member whose getter throws', cause);
    }
    const row = this.#add(member, depth + 1);
    this.#path.pop();
    return row;
  }

  /** Adds a row for a value that the library replaces: a proxy, a function, an error … Called for each occurrence. */
  #extension(value: object, depth: number): number {
    this.#checkDepth(depth);
    const extension = this.#replace(value);
    if (extension === undefined) throw this.#refusal('an instance of a class that it does not know');
    const row: unknown[] = ['extension', extension.tag];
    const at = this.#rows.push(row) - 1;
    this.#extensions++;
    row.push(this.#member([extension.data], 0, `<${extension.tag}>`, depth));
    this.#extensions--;
    return at;
  }

  #replace(value: object): ReturnType<CodecContext['extensions']['replace']> {
    try {
      return this.#context.extensions.replace(value);
    } catch (error) {
      if (error instanceof SerializerError) error.path ??= this.#at();
      throw error;
    }
  }

  #checkDepth(depth: number): void {
    if (depth < this.#context.maxDepth) return;
    const message = `The value is nested deeper than ${this.#context.maxDepth} levels: flatten it, or raise limits.maxDepth.`;
    throw new SerializerError(message, { code: 'TOO_DEEP', path: this.#at() });
  }

  #refusal(what: string, cause?: unknown): SerializerError {
    const message = `cbor cannot send ${what}, found at ${this.#at()}: leave it out, or send plain data instead.`;
    const options = { code: 'UNSERIALIZABLE', path: this.#at() } as const;
    return new SerializerError(message, cause === undefined ? options : { ...options, cause });
  }

  #at(): string {
    return `$${this.#path.join('')}`;
  }
}

/** Returns the row of an object that the table copies and that contains no other objects; otherwise `undefined`. */
function carried(value: object, prototype: unknown): unknown[] | undefined {
  if (prototype === Date.prototype && value instanceof Date) return ['date', value.getTime()];
  if (prototype === URL.prototype && value instanceof URL) return ['url', value.href];
  if (prototype === RegExp.prototype && value instanceof RegExp) {
    return ['regexp', Buffer.from(value.source, 'utf16le'), value.flags];
  }
  if (prototype === ArrayBuffer.prototype && value instanceof ArrayBuffer) return ['ArrayBuffer', Buffer.from(value)];
  if (prototype === Buffer.prototype && Buffer.isBuffer(value)) return ['Buffer', value];
  const name = VIEW_NAMES.get(prototype);
  if (name === undefined || !ArrayBuffer.isView(value)) return undefined;
  return [name, Buffer.from(value.buffer, value.byteOffset, value.byteLength)];
}

/** The second half of a codec: reads a value from rows that an untrusted peer has sent. */
class Reading {
  readonly #context: CodecContext;
  readonly #rows: readonly unknown[];
  readonly #values = new Map<number, unknown>();

  constructor(context: CodecContext, rows: readonly unknown[]) {
    this.#context = context;
    this.#rows = rows;
  }

  /** Returns the value of a row that a container `depth` levels deep refers to. */
  value(number: unknown, depth: number): unknown {
    if (typeof number !== 'number' || !(number in this.#rows)) throw invalid('it names a row that does not exist');
    const row = this.#rows[number];
    if (!Array.isArray(row)) return row;
    if (this.#values.has(number)) return this.#values.get(number);
    const value = this.#container(number, row, depth);
    this.#values.set(number, value);
    return value;
  }

  #container(number: number, row: readonly unknown[], depth: number): unknown {
    const [kind] = row;
    if (!['array', 'object', 'map', 'set', 'extension'].includes(String(kind))) return readLeaf(row);
    if (depth >= this.#context.maxDepth) throw invalid('it is nested too deeply (limits.maxDepth)');
    if (kind === 'extension') return this.#extension(number, row, depth);
    if (kind === 'array') return this.#array(number, row, depth);
    if (kind === 'object') return this.#record(number, row, depth);
    if (kind === 'map') return this.#map(number, row, depth);
    const set = new Set<unknown>();
    this.#values.set(number, set);
    for (let at = 1; at < row.length; at++) set.add(this.value(row[at], depth + 1));
    return set;
  }

  #array(number: number, row: readonly unknown[], depth: number): unknown[] {
    const length = row[1];
    if (typeof length !== 'number' || !isIndex(length)) throw invalid('an array has no length');
    const items: unknown[] = [];
    this.#values.set(number, items);
    for (let at = 2; at < row.length; at += 2) {
      const index = row[at];
      if (typeof index !== 'number' || !isIndex(index) || index >= length)
        throw invalid('an item is outside its array');
      items[index] = this.value(row[at + 1], depth + 1);
    }
    items.length = length;
    return items;
  }

  #record(number: number, row: readonly unknown[], depth: number): object {
    const record = {};
    this.#values.set(number, record);
    for (let at = 1; at < row.length; at += 2) {
      const key = this.value(row[at], depth + 1);
      if (typeof key !== 'string') throw invalid('a key is not a string');
      // An assignment to a key `__proto__` would change the prototype.
      const value = this.value(row[at + 1], depth + 1);
      Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true });
    }
    return record;
  }

  #map(number: number, row: readonly unknown[], depth: number): unknown {
    const map = new Map<unknown, unknown>();
    this.#values.set(number, map);
    for (let at = 1; at < row.length; at += 2)
      map.set(this.value(row[at], depth + 1), this.value(row[at + 1], depth + 1));
    return map;
  }

  #extension(number: number, row: readonly unknown[], depth: number): unknown {
    const tag = row[1];
    if (typeof tag !== 'string' || tag === '' || tag.length > 128) throw invalid('an extension has no tag');
    if (this.#values.has(number)) throw invalid('an extension contains itself');
    return this.#context.extensions.revive({ tag, data: this.value(row[2], depth + 1) });
  }
}

function readLeaf([kind, data, more]: readonly unknown[]): unknown {
  if (kind === 'undefined') return undefined;
  if (kind === '-0') return -0;
  if (kind === 'date' && typeof data === 'number') return new Date(data);
  if (kind === 'url' && typeof data === 'string' && data.length < 65_536 && URL.canParse(data)) return new URL(data);
  if (kind === 'bigint' && typeof more === 'string' && /^[\da-f]{1,41000}$/.test(more)) {
    return data === true ? -BigInt(`0x${more}`) : BigInt(`0x${more}`);
  }
  if (!(data instanceof Uint8Array)) throw invalid('it holds a row that is never written');
  const memory = new ArrayBuffer(data.length);
  const bytes = Buffer.from(memory);
  bytes.set(data);
  if (kind === 'Buffer') return bytes;
  if (kind === 'ArrayBuffer') return memory;
  if (kind === 'text') return bytes.toString('utf16le');
  if (kind === 'regexp') return readRegExp(bytes.toString('utf16le'), more);
  const view = VIEWS.get(String(kind));
  if (view === undefined) throw invalid('it holds a row that is never written');
  return readView(view, memory);
}

function readRegExp(source: string, flags: unknown): RegExp {
  try {
    if (source.length < 32_768) return new RegExp(source, String(flags));
  } catch {
    // Reported below, without the source that V8's message quotes.
  }
  throw invalid('it holds an invalid regular expression');
}

function readView(view: ViewClass, memory: ArrayBuffer): object {
  try {
    return new view(memory);
  } catch {
    throw invalid('it holds a part of an element of a typed array');
  }
}

/**
 * Checks the bytes before the decoder reads them: they are a table of rows of plain items, with each length within the
 * bytes, and no more rows than `maxNodes`.
 */
function check(bytes: Uint8Array, maxNodes: number): void {
  const due: number[] = [1];
  let at = 0;
  while (due.length > 0) {
    const left = due.pop() ?? 0;
    if (left === 0) continue;
    due.push(left - 1);
    const first = bytes[at++] ?? 0xff;
    const kind = first >> 5;
    const size = sizeOf(first & 0x1f);
    let length = first & 0x1f;
    if (size > 0) {
      length = 0;
      for (let index = 0; index < size; index++) length = length * 256 + (bytes[at++] ?? 0);
    }
    if (kind === 2 || kind === 3) at += length;
    else if (kind === 4 && due.length <= 2) due.push(length);
    else if (kind > 1 && !(kind === 7 && [0xf4, 0xf5, 0xf6, 0xfa, 0xfb].includes(first)))
      throw invalid('it holds items that are never written');
    if (at > bytes.length || (kind === 4 && length > bytes.length - at)) throw invalid('it ends too early');
    if (kind === 4 && due.length === 2 && length > maxNodes)
      throw invalid('it holds too many values (limits.maxNodes)');
  }
  if (at !== bytes.length) throw invalid('more bytes follow the value');
}

/** Returns the number of length bytes that follow a first byte. */
function sizeOf(information: number): number {
  if (information < 24) return 0;
  if (information > 27) throw invalid('it holds lengths that are never written');
  return 2 ** (information - 24);
}

function isIndex(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 2 ** 32;
}

function invalid(what: string): SerializerError {
  return new SerializerError(`The message is not what the serializer cbor writes: ${what}.`, {
    code: 'INVALID_PAYLOAD',
  });
}
