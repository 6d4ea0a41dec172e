import { CLIENT_CONTROL, ClientControl, NO_CONTROL } from '../../runtime/process-control.ts';
import { HandshakeLimiter } from '../../trust/handshake/handshake-limiter.ts';
import { acceptHandshake } from '../../trust/handshake/handshake.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { limitsFor, type Limits } from '../../seam/limits.ts';
import { loadTransport } from '../../runtime/registry.ts';
import type { Serializer } from '../../seam/serializer.ts';
import { Session } from '../../session/session.ts';
import { connectionLostError } from '../../session/connection-lost-error.ts';
import type { Connection, Listener } from '../../seam/transport.ts';
import type { TypeidTable } from '../../declaration/typeid-table.ts';
import { process } from '../../seam/environment.ts';

/** What an actor listens with. */
export interface ListenerPlan {
  readonly runtime: Runtime;
  readonly serializer: Serializer;
  /** Spoken with clients that ask for one of them. */
  readonly otherSerializers: readonly Serializer[];
  /** What the user asked for; the rest is by default. */
  readonly limits: Partial<Limits>;
  readonly keepAliveMs: number | undefined;
  /** Default: from peers that come over a network. */
  readonly redactErrors: boolean | undefined;
  readonly typeids: TypeidTable;
  /** Told of each session that came in. */
  readonly accepted: (session: Session) => void;
}

/** Where processes other than the owner come in: each connection has to prove itself before it becomes a session. */
export class ActorListener {
  readonly #plan: ListenerPlan;
  readonly #gate: HandshakeLimiter;
  #listener: Listener | undefined;

  constructor(plan: ListenerPlan) {
    this.#plan = plan;
    const { maxHandshakes, maxFailuresPerSecond } = limitsFor(plan.limits, true);
    this.#gate = new HandshakeLimiter({
      maxHandshakes,
      maxFailuresPerSecond,
      log: (line) => process.stderr.write(`${line}\n`),
    });
  }

  /**
   * Listens.
   *
   * @param fd - A descriptor that listens already, instead of one of our own.
   */
  async listen(
    address: string,
    transports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
    fd: number | undefined,
  ): Promise<Listener> {
    const { runtime } = this.#plan;
    runtime.gates.add(this.#gate);
    const transport = await loadTransport(address);
    const options = {
      authkey: () => runtime.authkey.bytes(),
      transport: transports[transport.scheme] ?? {},
      ...(fd !== undefined && { fd }),
    };
    this.#listener = await transport.listen(address, (connection) => void this.#accept(connection), options);
    return this.#listener;
  }

  /** Lets nobody in any more; sessions live on. */
  async close(): Promise<void> {
    await this.#listener?.close();
    this.#plan.runtime.gates.delete(this.#gate);
  }

  async #accept(connection: Connection): Promise<void> {
    const {
      runtime,
      serializer: first,
      otherSerializers,
      limits,
      keepAliveMs,
      redactErrors,
      typeids,
      accepted,
    } = this.#plan;
    const handshake = await this.#gate.admit(connection, (admitted) =>
      acceptHandshake(admitted, {
        authkey: runtime.authkey,
        identity: runtime.identity,
        serializer: first.name,
        otherSerializers: otherSerializers.map(({ name }) => name),
        limits: limitsFor(limits, connection.info.local),
      }),
    );
    if (handshake === undefined) return;
    const serializer = otherSerializers.find(({ name }) => name === handshake.serializer) ?? first;
    const label = connection.info.peer;
    const session = new Session({
      runtime,
      connection,
      attach: (receiver) => handshake.attach(receiver),
      serializer,
      limits,
      keepAliveMs,
      ...(redactErrors !== undefined && { redactErrors }),
      authkey: runtime.authkey,
      peer: { instance: handshake.peerInstance, address: undefined, endpoints: [] },
      label,
      control: { object: new ClientControl(runtime), exposure: CLIENT_CONTROL },
      peerControl: NO_CONTROL,
      classOf: typeids.proxyClass,
      explain: (farewell, cause) => connectionLostError(label, farewell, cause),
    });
    this.#take(session);
    accepted(session);
    session.start();
    if (runtime.accepted.size > runtime.limits.maxSessions) this.#refuse(session);
  }

  #take(session: Session): void {
    const { accepted } = this.#plan.runtime;
    accepted.add(session);
    void session.ended.then(() => accepted.delete(session));
  }

  /** It has proved itself, so it is told. */
  #refuse(session: Session): void {
    const { maxSessions } = this.#plan.runtime.limits;
    const message = `this process has as many sessions as it takes, ${maxSessions} (limits.maxSessions)`;
    session.end({ reason: 'overloaded', message });
  }
}
