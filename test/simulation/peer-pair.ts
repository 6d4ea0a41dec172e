import { internExposure } from '../../core/declaration/typeid-table.ts';
import { Runtime } from '../../core/runtime/runtime.ts';
import { DEFAULT_LIMITS, type Limits } from '../../core/seam/limits.ts';
import type { Connection, Receiver } from '../../core/seam/transport.ts';
import { Kind, LENGTH_BYTES } from '../../core/session/message.ts';
import { Session } from '../../core/session/session.ts';
import { Authkey } from '../../core/trust/authkey.ts';
import { Identity } from '../../core/trust/identity.ts';
import { msgpack } from '../../serializers/msgpack/index.ts';
import type { Step } from './interleavings.ts';
// The kinds of objects that every process hands out, iterators among them.
import '../../index.ts';

/** What two peers of a model are like. */
export interface PairOptions {
  readonly limits?: Partial<Limits>;
  /** How much the wire of one direction holds, in bytes, before its writer has to wait. */
  readonly capacityBytes: number;
  /** A fault of the protocol that the model has to notice: no CREDIT arrives, or an end that cannot write reads nothing either. */
  readonly fault?: 'credit is lost' | 'a full end stops reading' | undefined;
}

/** One end of a connection whose every event is a step of a model. What one `write` was given arrives together. */
export class StepConnection implements Connection {
  readonly info: Connection['info'] = { peer: 'model', local: true, encrypted: true, authenticated: true };
  readonly name: string;
  receiver: Receiver | undefined;
  readonly #capacityBytes: number;
  readonly #written: Buffer[] = [];
  #bytes = 0;
  #choked = false;

  constructor(name: string, capacityBytes: number) {
    this.name = name;
    this.#capacityBytes = capacityBytes;
  }

  /** What the wire does not hold. */
  get bytesQueued(): number {
    return Math.max(0, this.#bytes - this.#capacityBytes);
  }

  /** Whether something is on its way to the other end. */
  get loaded(): boolean {
    return this.#written.length > 0;
  }

  /** Whether the writer is still to be told that there is room again. */
  get owesDrained(): boolean {
    return this.#choked && this.bytesQueued === 0;
  }

  /** Takes what arrives at the other end next. */
  take(): Buffer | undefined {
    const bytes = this.#written.shift();
    this.#bytes -= bytes?.length ?? 0;
    return bytes;
  }

  tellDrained(): void {
    this.#choked = false;
    this.receiver?.drained();
  }

  open(receiver: Receiver): void {
    this.receiver = receiver;
  }

  write(chunks: readonly Uint8Array[]): boolean {
    if (this.#choked) throw new Error(`${this.name} writes although it was asked to wait`);
    const bytes = Buffer.concat(chunks);
    this.#written.push(bytes);
    this.#bytes += bytes.length;
    this.#choked = this.bytesQueued > 0;
    return !this.#choked;
  }

  pause(): void {}
  resume(): void {}
  hold(): void {}
  end(): void {}
  destroy(): void {}
}

/** One of two peers. */
interface Peer {
  readonly connection: StepConnection;
  readonly session: Session;
}

let runtimes: readonly [Runtime, Runtime] | undefined;

function newRuntime(): Runtime {
  return Runtime.become(Identity.create(), Authkey.random());
}

/** Two real sessions, and between them a connection of which every event is a step. */
export class PeerPair {
  readonly peers: readonly [Peer, Peer];
  readonly #fault: PairOptions['fault'];

  /** @param service - Makes what each end may ask of the other, all methods of it. */
  constructor(service: () => object, methods: readonly string[], { limits, capacityBytes, fault }: PairOptions) {
    // A key pair per run would cost more than the run.
    runtimes ??= [newRuntime(), newRuntime()];
    const [here, there] = runtimes;
    const exposure = internExposure('control', methods);
    const peer = (name: string, runtime: Runtime, other: Runtime): Peer => {
      const connection = new StepConnection(name, capacityBytes);
      const session = new Session({
        runtime,
        connection,
        attach: (receiver) => connection.open(receiver),
        serializer: msgpack,
        limits: { ...DEFAULT_LIMITS, ...limits },
        peer: { instance: other.instance, address: undefined, endpoints: [] },
        label: name,
        control: { object: service(), exposure },
        peerControl: exposure,
        classOf: runtime.typeids.proxyClass,
        explain: () => () => new Error(`the session of ${name} is over`),
      });
      return { connection, session };
    };
    this.peers = [peer('left', here, there), peer('right', there, here)];
    this.#fault = fault;
    for (const { session } of this.peers) session.start();
    // Both have greeted before anything else happens.
    for (const step of this.steps()) void step.run();
  }

  /** What the connection can do now. */
  steps(): readonly Step[] {
    const [left, right] = this.peers;
    return [...this.#stepsOf(left, right), ...this.#stepsOf(right, left)];
  }

  /** Both connections break, so that nothing of this pair is left in its runtimes. */
  close(): void {
    for (const { session } of this.peers) session.closed();
  }

  #stepsOf(from: Peer, to: Peer): Step[] {
    const steps: Step[] = [];
    const { connection } = from;
    const deaf = this.#fault === 'a full end stops reading' && to.connection.bytesQueued > 0;
    if (connection.loaded && !deaf) {
      steps.push({ name: `${connection.name} is read`, run: () => this.#deliver(connection, to) });
    }
    if (connection.owesDrained) {
      steps.push({ name: `${connection.name} has room`, run: () => connection.tellDrained() });
    }
    return steps;
  }

  #deliver(connection: StepConnection, { session }: Peer): void {
    const bytes = connection.take();
    if (bytes === undefined) return;
    session.data(this.#fault === 'credit is lost' ? without(bytes, Kind.CREDIT) : bytes);
  }
}

/** Whole messages, but for those of one kind. */
function without(bytes: Buffer, kind: number): Buffer {
  const kept: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + LENGTH_BYTES + bytes.readUInt32LE(at);
    if (bytes[at + LENGTH_BYTES] !== kind) kept.push(bytes.subarray(at, end));
    at = end;
  }
  return Buffer.concat(kept);
}
