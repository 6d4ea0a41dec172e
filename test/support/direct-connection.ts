import type { Connection } from '../../core/seam/transport.ts';

/** A connection that keeps the written bytes, and is never full. */
export class DirectConnection implements Connection {
  readonly info: Connection['info'] = { peer: 'nobody', local: true, encrypted: true, authenticated: true };
  readonly written: Uint8Array[] = [];
  readonly bytesQueued = 0;

  write(chunks: readonly Uint8Array[]): boolean {
    this.written.push(...chunks.map((chunk) => Uint8Array.from(chunk)));
    return true;
  }

  open(): void {}
  pause(): void {}
  resume(): void {}
  hold(): void {}
  end(): void {}
  destroy(): void {}
}
