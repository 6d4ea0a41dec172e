import { isStackOverflow } from '../../core/seam/codec/codec-faults.ts';
import type { Output } from '../../core/seam/output.ts';
import type { Codec, CodecContext, Serializer } from '../../core/seam/serializer.ts';
import { checkDepth, checkText, isRecord } from './budget.ts';
import { faults } from './faults.ts';
import { MetaTree } from './meta-tree.ts';
import { readPayload, writePayload } from './payload.ts';
import { PlainCheck } from './plain-check.ts';
import { Revival } from './revival.ts';
import { ValueWalker } from './value-walker.ts';

/** `JSON.stringify` recurses on the stack, for two levels where a Map is nested in a Map: more levels are never tried. */
const MAX_DEPTH = 1_500;

/**
 * The serializer `superjson`, the default: JSON with annotations for what JSON lacks, in the format of the npm package of
 * that name, which reads and writes the same text. Four things go beyond that package, as `custom` annotations that begin
 * with `uactor`: extensions, binary data (which travels as bytes beside the text), arrays with holes, and invalid dates.
 *
 * It carries shared and cyclic references, besides cycles through what an extension replaces; proxies and functions are
 * references of their own at each occurrence. It does not carry symbol keys,
 * members that are not enumerable, members of arrays besides their items, the absence of a prototype, `lastIndex` of a
 * RegExp, or that two views share one ArrayBuffer. `maxDepth` beyond 1,500 counts as 1,500.
 *
 * It is the library's own code: the package trusts what it reads.
 */
export const superjson: Serializer = Object.freeze({
  name: 'superjson',
  open: (context: CodecContext): Codec => new SuperjsonCodec(context),
});

class SuperjsonCodec implements Codec {
  readonly #context: CodecContext;
  readonly #plainCheck: PlainCheck;

  constructor(context: CodecContext) {
    const { extensions, maxNodes } = context;
    this.#context = { extensions, maxNodes, maxDepth: Math.min(context.maxDepth, MAX_DEPTH) };
    this.#plainCheck = new PlainCheck(this.#context.maxDepth);
  }

  encode(value: unknown, output: Output): void {
    try {
      this.#encode(value, output);
    } catch (cause) {
      // The levels are counted; this is for a caller who had used up most of the stack already.
      if (isStackOverflow(cause)) throw faults.tooDeep(this.#context.maxDepth, '$');
      throw cause;
    }
  }

  decode(bytes: Uint8Array): unknown {
    try {
      return this.#decode(bytes);
    } catch (cause) {
      if (isStackOverflow(cause)) throw faults.invalidPayload('it is nested too deep for what is left of the stack');
      throw cause;
    }
  }

  #encode(value: unknown, output: Output): void {
    if (this.#plainCheck.isPlain(value)) {
      writePayload(`{"json":${this.#text(value)}}`, [], output);
      return;
    }
    const { json, meta, blocks } = new ValueWalker(this.#context).run(value);
    const text = this.#text(json);
    writePayload(meta === undefined ? `{"json":${text}}` : `{"json":${text},"meta":${meta}}`, blocks, output);
  }

  #decode(bytes: Uint8Array): unknown {
    const { text, blocks } = readPayload(bytes);
    const { maxDepth, maxNodes } = this.#context;
    checkText(text, maxDepth, maxNodes);
    const payload = parse(text);
    if (!isRecord(payload) || !Object.hasOwn(payload, 'json')) throw faults.invalidPayload('it has no value');
    const { json } = payload;
    if (Object.hasOwn(payload, 'meta')) {
      const { root } = new MetaTree(payload['meta'], maxDepth, maxNodes);
      // It can be larger than the value, and all of it is in the tree now.
      payload['meta'] = undefined;
      return new Revival(this.#context, blocks).run(json, root);
    }
    if (blocks.length > 0) throw faults.invalidPayload('a block of bytes belongs to nothing');
    // Each level takes two characters at least, so that short text needs no look.
    if (text.length > maxDepth * 2) checkDepth(json, maxDepth);
    return json;
  }

  /** The JSON text of what has been checked or walked already. */
  #text(json: unknown): string {
    let text: unknown;
    try {
      text = JSON.stringify(json);
    } catch (cause) {
      if (isStackOverflow(cause)) throw cause;
      throw faults.unserializable('a value that changes while it is read', '$', cause);
    }
    if (typeof text === 'string') return text;
    throw faults.unserializable('a value whose toJSON gives nothing', '$');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The engine's message quotes the text, and nothing of a payload may be quoted.
    throw faults.invalidPayload('its text is not JSON');
  }
}
