import type { Connection, Listener, Receiver, Transport } from '../../core/seam/transport.ts';

/** The transport that {@link transportConformance} tests. */
export interface TransportSubject {
  /** The transport under test. */
  readonly transport: Transport;
  /** Returns a new address to listen at, for each call. Default: the transport's private addresses. */
  readonly address?: () => string;
  /** Returns an address without a listener. Default: a new one. */
  readonly unreachable?: () => string;
  /** The transport's own options for both ends. Default: none. */
  readonly options?: Readonly<Record<string, unknown>>;
}

const KEY: Uint8Array = Uint8Array.from({ length: 32 }, (_, index) => index + 1);
/** Generous: it distinguishes a lost event from a busy machine. */
const DEADLINE_MS = 20_000;

/** One end of a connection, with a record of its events. Opens the connection at once. */
export class Side implements Receiver {
  readonly connection: Connection;
  /** The arguments of each call of `closed`. */
  readonly causes: (Error | undefined)[] = [];
  /** Called with every chunk. */
  onData: (() => void) | undefined;
  deliveries = 0;
  byteCount = 0;
  drains = 0;
  /** The number of events after `closed`. */
  afterClose = 0;
  readonly #chunks: Uint8Array[] = [];
  #waiting: (() => void)[] = [];

  constructor(connection: Connection) {
    this.connection = connection;
    connection.open(this);
  }

  data(chunk: Uint8Array): void {
    this.#told();
    this.#chunks.push(Uint8Array.from(chunk));
    this.byteCount += chunk.length;
    this.deliveries++;
    this.onData?.();
  }

  drained(): void {
    this.#told();
    this.drains++;
  }

  closed(cause?: Error): void {
    this.#told();
    this.causes.push(cause);
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  received(count: number): Promise<void> {
    return this.#until(() => this.byteCount >= count);
  }

  hasDrained(): Promise<void> {
    return this.#until(() => this.drains > 0);
  }

  hasClosed(): Promise<void> {
    return this.#until(() => this.causes.length > 0);
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  /** Wakes waiting code after the present event has been recorded. */
  #told(): void {
    if (this.causes.length > 0) this.afterClose++;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** A listener and both ends of one connection to it. */
export class Pair {
  readonly listener: Listener;
  readonly client: Side;
  readonly server: Side;

  private constructor(listener: Listener, client: Side, server: Side) {
    this.listener = listener;
    this.client = client;
    this.server = server;
  }

  /** Listens on `address`, connects, and waits until both ends exist. */
  static async open(subject: TransportSubject, address: string): Promise<Pair> {
    let server: Side | undefined;
    let awaited: ((side: Side) => void) | undefined;
    const listener = await listen(subject, address, (connection) => {
      server = new Side(connection);
      awaited?.(server);
    });
    const client = new Side(await connect(subject, listener.address));
    const arrival = new Promise<Side>((resolve) => {
      awaited = resolve;
      if (server !== undefined) resolve(server);
    });
    return new Pair(listener, client, await within('the connection', arrival));
  }

  /** Destroys both ends, waits until they are closed, and stops listening. */
  async close(): Promise<void> {
    for (const side of [this.client, this.server]) side.connection.destroy();
    await within('closed', Promise.all([this.client.hasClosed(), this.server.hasClosed()]));
    await this.listener.close();
  }
}

/** Listens with the subject's options. */
export function listen(
  subject: TransportSubject,
  address: string,
  accept: (connection: Connection) => void,
): Promise<Listener> {
  return subject.transport.listen(address, accept, { authkey: () => KEY, transport: subject.options ?? {} });
}

/** Connects with the subject's options. */
export function connect(
  subject: TransportSubject,
  address: string,
  signal: AbortSignal = AbortSignal.timeout(DEADLINE_MS),
  permit?: (ip: string) => void,
): Promise<Connection> {
  const transport = subject.options ?? {};
  return subject.transport.connect(address, { authkey: () => KEY, signal, transport, ...(permit && { permit }) });
}

/** Runs `body` with a new address, and cleans up afterwards. */
export async function withAddress(subject: TransportSubject, body: (address: string) => Promise<void>): Promise<void> {
  if (subject.address !== undefined) {
    await body(subject.address());
    return;
  }
  const reserved = subject.transport.privateAddress?.();
  if (reserved === undefined)
    throw new Error('This transport has no private addresses: pass the option address to the suite.');
  try {
    await body(reserved.address);
  } finally {
    reserved.discard();
  }
}

/**
 * Runs `body` with a listener, its accepted connections, and a function that waits for a number of them; then closes everything
 * and waits until all are closed.
 */
export async function withListener(
  subject: TransportSubject,
  body: (listener: Listener, accepted: readonly Side[], arrived: (count: number) => Promise<void>) => Promise<void>,
): Promise<void> {
  await withAddress(subject, async (address) => {
    const accepted: Side[] = [];
    let awaited: { readonly count: number; readonly resolve: () => void } | undefined;
    const listener = await listen(subject, address, (connection) => {
      accepted.push(new Side(connection));
      if (awaited !== undefined && accepted.length >= awaited.count) awaited.resolve();
    });
    const arrived = (count: number): Promise<void> =>
      new Promise((resolve) => {
        awaited = { count, resolve };
        if (accepted.length >= count) resolve();
      });
    try {
      await body(listener, accepted, arrived);
    } finally {
      await listener.close();
      for (const side of accepted) side.connection.destroy();
      await within('closed', Promise.all(accepted.map((side) => side.hasClosed())));
    }
  });
}

/** Returns bytes that show their position. */
export function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = (index * 31 + (index >> 8) * 7 + (index >> 16)) & 0xff;
  return bytes;
}

/** Resolves in the next turn of the event loop, after everything that is due now. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Resolves to the promise's value, or to the error with which it rejected. */
export async function settled<T>(promise: Promise<T>): Promise<T | Error> {
  return await promise.catch((error: unknown) => {
    if (error instanceof Error) return error;
    throw new Error(`The promise rejected with ${String(error)}, which is not an error.`, { cause: error });
  });
}

/** Resolves to the error with which the promise rejected; fails when it did not. */
export async function failure(promise: Promise<unknown>): Promise<Error & { readonly code?: unknown }> {
  try {
    await within('an error', promise);
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error(`The promise rejected with ${String(error)}, which is not an error.`, { cause: error });
  }
  throw new Error('The promise resolved, but an error was expected.');
}

/** Adds a deadline to the promise; `what` names the awaited event in the error. */
export async function within<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`Waited ${DEADLINE_MS} ms for ${what}, which did not happen.`)),
      DEADLINE_MS,
    );
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
