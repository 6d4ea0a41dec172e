import type { Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { Packr } from 'msgpackr/pack';

/** Length of the payload (u32), kind (u8), call id (u32), method (u16), little-endian. */
const HEADER_BYTES = 11;
const SLAB_BYTES = 64 * 1024;
/** Payloads from this size on are not copied between their neighbours. */
const LARGE_BYTES = 16 * 1024;

/** The kind of a frame; a call's method is its index. */
export const KIND = { call: 0, reply: 1 } as const;
export const METHOD = { add: 0, echo: 1, sink: 2 } as const;
export type Method = (typeof METHOD)[keyof typeof METHOD];

/** TLS like that of actors, with a key that both ends know. Here it is not secret. */
export const TLS: SecureContextOptions = { minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256:PSK', ca: [] };
export const TLS_KEY: { readonly psk: Buffer; readonly identity: string } = {
  psk: Buffer.alloc(32, 7),
  identity: 'bare',
};

/** Called with each frame that arrived. The bytes may be reused after the call. */
export type FrameHandler = (kind: number, id: number, method: number, payload: Uint8Array) => void;

/** Creates a coder of one direction: shapes seen before cost nothing again. */
export function newCoder(): Packr {
  return new Packr({ sequential: true, structuredClone: true });
}

/** Writes frames; those of one tick leave in one write. */
export class BareWriter {
  readonly #socket: Socket;
  readonly #coder = newCoder();
  #slab: Buffer = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #start = 0;
  #end = 0;
  #scheduled = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  send(kind: number, id: number, method: number, value: unknown): void {
    const payload = this.#coder.pack(value);
    const large = payload.length >= LARGE_BYTES;
    this.#reserve(HEADER_BYTES + (large ? 0 : payload.length));
    const slab = this.#slab;
    const at = this.#end;
    slab.writeUInt32LE(payload.length, at);
    slab[at + 4] = kind;
    slab.writeUInt32LE(id, at + 5);
    slab.writeUInt16LE(method, at + 9);
    this.#end = at + HEADER_BYTES;
    if (large) {
      this.#socket.cork();
      this.#push();
      this.#socket.write(payload);
      this.#socket.uncork();
      return;
    }
    slab.set(payload, this.#end);
    this.#end += payload.length;
    if (this.#scheduled) return;
    this.#scheduled = true;
    process.nextTick(() => this.flush());
  }

  /** Sends the waiting frames. */
  flush(): void {
    this.#scheduled = false;
    this.#push();
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= SLAB_BYTES) return;
    this.#push();
    this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    this.#start = 0;
    this.#end = 0;
  }

  #push(): void {
    if (this.#end === this.#start) return;
    this.#socket.write(this.#slab.subarray(this.#start, this.#end));
    this.#start = this.#end;
  }
}

/** Finds the frames in received chunks. */
export class BareReader {
  readonly #handle: FrameHandler;
  /** A frame that has arrived in part, and the length of that part. */
  #partial: Buffer | undefined;
  #filled = 0;

  constructor(handle: FrameHandler) {
    this.#handle = handle;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) at = this.#partial === undefined ? this.#whole(chunk, at) : this.#more(chunk, at);
  }

  /** Reads a frame that is complete within the chunk, in place. */
  #whole(chunk: Buffer, at: number): number {
    const left = chunk.length - at;
    const wanted = left < HEADER_BYTES ? HEADER_BYTES : HEADER_BYTES + chunk.readUInt32LE(at);
    if (left < wanted) {
      this.#partial = Buffer.allocUnsafeSlow(wanted);
      this.#filled = chunk.copy(this.#partial, 0, at);
      return chunk.length;
    }
    this.#deliver(chunk, at, wanted);
    return at + wanted;
  }

  #more(chunk: Buffer, at: number): number {
    const partial = this.#partial ?? Buffer.alloc(0);
    const copied = chunk.copy(partial, this.#filled, at);
    this.#filled += copied;
    if (this.#filled < partial.length) return at + copied;
    const wanted = HEADER_BYTES + partial.readUInt32LE(0);
    if (wanted > partial.length) {
      this.#partial = Buffer.allocUnsafeSlow(wanted);
      this.#filled = partial.copy(this.#partial);
      return at + copied;
    }
    this.#partial = undefined;
    this.#deliver(partial, 0, wanted);
    return at + copied;
  }

  #deliver(frame: Buffer, at: number, length: number): void {
    const payload = frame.subarray(at + HEADER_BYTES, at + length);
    this.#handle(frame[at + 4] ?? 0, frame.readUInt32LE(at + 5), frame.readUInt16LE(at + 9), payload);
  }
}
