/** The payloads in the examples of docs/protocol.md, by serializer. */
import { readFileSync } from 'node:fs';

const DOCUMENT = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');

/** A line of the document: the text of a value, and its bytes in a message. */
export interface PayloadExample {
  readonly text: string;
  readonly bytes: Buffer;
}

/** Returns the examples under the name of a serializer. */
export function payloadExamples(name: string): readonly PayloadExample[] {
  const [, block] = DOCUMENT.split(`\`\`\`payload-${name}\n`);
  if (block === undefined) throw new Error(`docs/protocol.md has no payloads of ${name}`);
  return (block.split('\n```', 1)[0] ?? '').split('\n').map((line) => {
    const [text = '', bytes = ''] = line.split('  →  ');
    return { text, bytes: name === 'superjson' ? mixed(bytes) : Buffer.from(bytes.replaceAll(' ', ''), 'hex') };
  });
}

/** Parses hexadecimal bytes, in which JSON stands for itself. */
function mixed(bytes: string): Buffer {
  const [, before = '', json = '', after = ''] = /^([0-9a-f ]*?) ?(\{.*\})? ?([0-9a-f ]*)$/.exec(bytes) ?? [];
  const parts = [before, after].map((hex) => Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  const [first = Buffer.alloc(0), last = Buffer.alloc(0)] = parts;
  return Buffer.concat([first, Buffer.from(json, 'latin1'), last]);
}
