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
// Registers the kinds of objects that every process hands out, such as iterators.
import '../../index.ts';

/** The properties of two peers of a model. */
export interface PairOptions {
  readonly limits?: Partial<Limits>;
  /** The number of bytes that the wire of one direction holds before its writer has to wait. */
  readonly capacityBytes: number;
  /** A protocol fault that the model has to notice: no CREDIT arrives, or an end that cannot write does not read either. */
  readonly fault?: 'credit is lost' | 'a full end stops reading' | undefined;
}

/** One end of a connection whose every event is a step of a model. The chunks of one `write` arrive together. */
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

  /** The bytes that do not fit on the wire. */
  get bytesQueued(): number {
    return Math.max(0, this.#bytes - this.#capacityBytes);
  }

  /** Whether bytes are in transit to the other end. */
  get loaded(): boolean {
    return this.#written.length > 0;
  }

  /** Whether the writer still has to be told that there is room again. */
  get owesDrained(): boolean {
    return this.#choked && this.bytesQueued === 0;
  }

  /** Returns the bytes that arrive next at the other end. */
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

/** Two real sessions, and a connection between them whose every event is a step. */
export class PeerPair {
  readonly peers: readonly [Peer, Peer];
  readonly #fault: PairOptions['fault'];

  /** @param service - Creates the object that each end may call, with these methods. */
  constructor(service: () => object, methods: readonly string[], { limits, capacityBytes, fault }: PairOptions) {
    // Creating a key pair for each run would take longer than the run.
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
    // Both ends greet before any other event.
    for (const step of this.steps()) void step.run();
  }

  /** Returns the possible events of the connection. */
  steps(): readonly Step[] {
    const [left, right] = this.peers;
    return [...this.#stepsOf(left, right), ...this.#stepsOf(right, left)];
  }

  /** Breaks both connections, so that nothing of this pair remains in its runtimes. */
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

/** Returns complete messages, without those of one kind. */
function without(bytes: Buffer, kind: number): Buffer {
  const kept: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + LENGTH_BYTES + bytes.readUInt32LE(at);
    if (bytes[at + LENGTH_BYTES] !== kind) kept.push(bytes.subarray(at, end));
    at = end;
  }
  return Buffer.concat(kept);
}
