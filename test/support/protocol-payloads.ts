/** The payloads in the examples of docs/protocol.md, by serializer. */
import { readFileSync } from 'node:fs';

const DOCUMENT = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');

/** A line of the document: the text that stands for a value, and the bytes that it has in a message. */
export interface PayloadExample {
  readonly text: string;
  readonly bytes: Buffer;
}

/** The examples that the document gives under the name of a serializer. */
export function payloadExamples(name: string): readonly PayloadExample[] {
  const [, block] = DOCUMENT.split(`\`\`\`payload-${name}\n`);
  if (block === undefined) throw new Error(`docs/protocol.md has no payloads of ${name}`);
  return (block.split('\n```', 1)[0] ?? '').split('\n').map((line) => {
    const [text = '', bytes = ''] = line.split('  →  ');
    return { text, bytes: name === 'superjson' ? mixed(bytes) : Buffer.from(bytes.replaceAll(' ', ''), 'hex') };
  });
}

/** Bytes in hexadecimal, but for JSON, which stands for itself. */
function mixed(bytes: string): Buffer {
  const [, before = '', json = '', after = ''] = /^([0-9a-f ]*?) ?(\{.*\})? ?([0-9a-f ]*)$/.exec(bytes) ?? [];
  const parts = [before, after].map((hex) => Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  const [first = Buffer.alloc(0), last = Buffer.alloc(0)] = parts;
  return Buffer.concat([first, Buffer.from(json, 'latin1'), last]);
}
