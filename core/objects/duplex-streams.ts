import { Duplex } from 'node:stream';
import { callbackify } from 'node:util';
import { lendNodeReadable, pushNext, RemoteReading } from './readable-streams.ts';
import { lendNodeWritable, nodeWriting, RemoteWriting } from './writable-streams.ts';

/** Returns the parts that are sent in place of a `Duplex` of Node.js. */
export function takeDuplex(stream: Duplex): readonly unknown[] {
  const { readableObjectMode, readableEncoding, writableObjectMode } = stream;
  return [lendNodeReadable(stream), lendNodeWritable(stream), readableObjectMode, readableEncoding, writableObjectMode];
}

/** Creates a stream that reads and writes one of another process. */
export function makeDuplex(data: readonly unknown[]): Duplex {
  const [iterator, sink, readableObjectMode, encoding, writableObjectMode] = data;
  const reading = new RemoteReading(iterator);
  const writing = new RemoteWriting(sink);
  const { write, final, destroy } = nodeWriting(writing);
  const decoded = decoding(encoding);
  const stream = new Duplex({
    readableObjectMode: readableObjectMode === true,
    writableObjectMode: writableObjectMode === true,
    ...decoded,
    write,
    final,
    read() {
      pushNext(this, reading, decoded.encoding);
    },
    destroy: (error, done) => {
      callbackify(() => reading.cancel(error ?? undefined))(() => destroy(error, done));
    },
  });
  writing.failed = (error) => stream.destroy(error);
  return stream;
}

/** Checks the encoding that a peer gives for a stream. */
export function decoding(encoding: unknown): { readonly encoding: BufferEncoding | undefined } {
  return { encoding: typeof encoding === 'string' && Buffer.isEncoding(encoding) ? encoding : undefined };
}
