/**
 * The serializer `superjson`, the default: JSON text, with a second part for the types that JSON lacks.
 *
 * @module uactor/serializers/superjson
 */
import type { SuperJSON } from 'superjson';
import { Budget, FreshClasses, paddingFor } from '../../core/seam/codec/budget.ts';
import { asBuffer, leastViewBytes } from '../../core/seam/codec/carried-classes.ts';
import { isStackOverflow } from '../../core/seam/codec/codec-faults.ts';
import { boundedContext } from '../../core/seam/codec/traversal.ts';
import type { Output } from '../../core/seam/output.ts';
import type { Codec, CodecContext, Serializer } from '../../core/seam/serializer.ts';
import { chargeText, checkDepth, checkText, countValues, isRecord } from './budget.ts';
import { DenseText } from './dense-text.ts';
import { FlatReader, MOST_FLAT_VALUES, writeFlat } from './flat-text.ts';
import { faults, readPayload, writePayload } from './format.ts';
import { MetaTree } from './meta-tree.ts';
import { PackageRules } from './package-rules.ts';
import { PlainCheck } from './plain-check.ts';
import { ValueReader } from './value-reader.ts';
import { ValueWriter } from './value-writer.ts';

/**
 * The serializer `superjson`, the default: JSON with annotations for types that JSON lacks, in the format of the npm package of
 * that name, which reads and writes the same text. Four features go beyond that package, as `custom` annotations that begin with
 * `uactor`: extensions, binary data (sent as bytes after the text), arrays with holes, and invalid dates.
 *
 * It keeps shared and cyclic references, except cycles through values that an extension replaces; each occurrence of a proxy or
 * function is a reference of its own. It does not keep symbol keys, members that are not enumerable, members of arrays other than
 * their items, the absence of a prototype, `lastIndex` of a RegExp, or that two views share one ArrayBuffer. `maxDepth` beyond
 * 1,500 counts as 1,500.
 *
 * The implementation is the library's own, because the package trusts the text that it reads.
 *
 * Called with an instance of the package, it returns a serializer that also accepts the classes, symbols and custom transformers
 * of that instance. Instances of classes are created without running their code; symbols, transformers and typed arrays go
 * through the instance, after the checks of this library. A transformer's `deserialize` receives data from a peer.
 *
 * @example
 * const json = new SuperJSON();
 * json.registerCustom({ isApplicable: Decimal.isDecimal, serialize: String, deserialize: (v) => new Decimal(v) }, 'decimal');
 * registerSerializer(superjson(json));
 *
 * @throws TypeError `MISUSE` when it is called with anything else.
 */
export const superjson: Serializer & ((instance: SuperJSON, options?: SuperjsonOptions) => Serializer) = Object.freeze(
  Object.defineProperty(
    Object.assign(
      (instance: SuperJSON, { name = 'superjson+custom' }: SuperjsonOptions = {}): Serializer => {
        const rules = new PackageRules(instance);
        return Object.freeze({ name, open: (context: CodecContext): Codec => new SuperjsonCodec(context, rules) });
      },
      { open: (context: CodecContext): Codec => new SuperjsonCodec(context, undefined) },
    ),
    'name',
    { value: 'superjson' },
  ),
);

/** Options of `superjson(instance)`. */
export interface SuperjsonOptions {
  /** The name that both ends compare. Default `superjson+custom`. */
  readonly name?: string;
}

class SuperjsonCodec implements Codec {
  readonly #context: CodecContext;
  readonly #plainCheck: PlainCheck;
  readonly #budget: Budget;
  /** The size up to which a payload of one level cannot exceed the limits. */
  readonly #flatBytes: number;
  readonly #flatReader = new FlatReader();
  readonly #rules: PackageRules | undefined;
  /** Created for the first text that needs them. */
  #classes: FreshClasses | undefined = undefined;
  /** The objects to keep while a text is parsed; see {@link chargeText}. */
  #kept: readonly unknown[] | undefined = undefined;

  constructor(context: CodecContext, rules: PackageRules | undefined) {
    this.#context = boundedContext(context);
    this.#rules = rules;
    this.#budget = new Budget(this.#context, faults);
    this.#plainCheck = new PlainCheck(this.#context.maxDepth);
    this.#flatBytes = this.#context.maxDepth > 0 ? this.#context.maxNodes : 0;
  }

  encode(value: unknown, output: Output, maxNodes = Infinity): void {
    try {
      this.#encode(value, output, maxNodes);
    } catch (cause) {
      // Levels are counted; this is for a caller that had already used up most of the stack.
      if (isStackOverflow(cause)) throw faults.tooDeep(this.#context.maxDepth, '$');
      throw cause;
    }
  }

  decode(bytes: Uint8Array): unknown {
    return this.decodeAt(asBuffer(bytes), 0, bytes.length, false);
  }

  decodeAt(buffer: Buffer, start: number, end: number, owned: boolean): unknown {
    try {
      return this.#decode(buffer, start, end, owned);
    } catch (cause) {
      if (isStackOverflow(cause)) throw faults.invalidPayload('it is nested too deeply for the remaining stack');
      throw cause;
    }
  }

  #encode(value: unknown, output: Output, maxNodes: number): void {
    // A transformer may apply to any value.
    if (this.#rules === undefined) {
      if (this.#flatBytes > 0 && maxNodes >= MOST_FLAT_VALUES && writeFlat(value, output)) return;
      if (this.#plainCheck.isPlain(value)) {
        if (this.#plainCheck.values > maxNodes) throw faults.tooManyValues(maxNodes);
        writePayload(`{"json":${this.#text(value)}}`, [], output);
        return;
      }
    }
    const { json, meta, blocks, revivedBytes } = new ValueWriter(this.#context, this.#rules).run(value);
    const text = this.#text(json);
    const whole = meta === undefined ? `{"json":${text}}` : `{"json":${text},"meta":${meta}}`;
    if (whole.length > maxNodes && countValues(whole, maxNodes) > maxNodes) throw faults.tooManyValues(maxNodes);
    writePayload(whole, blocks, output, paddingFor(revivedBytes));
  }

  #decode(buffer: Buffer, start: number, end: number, owned: boolean): unknown {
    // Text no longer than the limits cannot exceed them.
    if (end - start <= this.#flatBytes) {
      const flat = this.#flatReader.read(buffer, start, end);
      if (flat !== undefined) return flat;
    }
    const { text, blocks } = readPayload(buffer, start, end);
    const { maxDepth, maxNodes } = this.#context;
    this.#budget.begin(end - start);
    checkText(text, maxDepth, maxNodes);
    this.#kept = chargeText(text, maxDepth, this.#budget);
    const payload = this.#kept === undefined ? parse(text, (this.#classes ??= new FreshClasses())) : parse(text);
    this.#kept = undefined;
    if (!isRecord(payload) || !Object.hasOwn(payload, 'json')) throw faults.invalidPayload('it has no value');
    const { json } = payload;
    if (Object.hasOwn(payload, 'meta')) {
      const { root } = new MetaTree(payload['meta'], maxDepth, maxNodes, this.#rules !== undefined);
      // `meta` can be larger than the value, and is completely in the tree now.
      payload['meta'] = undefined;
      const leastBytes = owned ? leastViewBytes(end - start) : Infinity;
      return new ValueReader(this.#context, blocks, leastBytes, this.#budget, this.#rules).run(json, root);
    }
    if (blocks.length > 0) throw faults.invalidPayload('a block of bytes belongs to no value');
    // Each level takes at least two characters, so short text needs no check.
    if (text.length > maxDepth * 2) checkDepth(json, maxDepth);
    return json;
  }

  /** Returns the JSON text of a value that was already checked or traversed. */
  #text(json: unknown): string {
    let text: unknown;
    try {
      text = JSON.stringify(json);
    } catch (cause) {
      if (isStackOverflow(cause)) throw cause;
      throw faults.unserializable('a value that changes while it is read', '$', cause);
    }
    if (typeof text === 'string') return text;
    throw faults.unserializable('a value whose toJSON returns nothing', '$');
  }
}

function parse(text: string, classes?: FreshClasses): unknown {
  try {
    return classes === undefined ? JSON.parse(text) : new DenseText(text, classes).read();
  } catch {
    // The engine's message quotes the text, and errors must not quote a payload.
    throw faults.invalidPayload('its text is not JSON');
  }
}
