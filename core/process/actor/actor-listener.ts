import { CLIENT_CONTROL, ClientControl } from '../../runtime/process-control.ts';
import { HandshakeLimiter } from '../../trust/handshake/handshake-limiter.ts';
import { acceptHandshake, type Handshake } from '../../trust/handshake/handshake.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { limitsFor, type Limits } from '../../seam/limits.ts';
import { loadTransport } from '../../runtime/registry.ts';
import type { Serializer } from '../../seam/serializer.ts';
import { Session } from '../../session/session.ts';
import { connectionLostError } from '../../session/session-life.ts';
import type { Connection, Listener } from '../../seam/transport.ts';
import type { TypeidTable } from '../../declaration/typeid-table.ts';
import { process } from '../../seam/environment.ts';
import { shownText } from '../../values/error-text.ts';

/** The settings of an actor's listener. */
export interface ListenerPlan {
  readonly runtime: Runtime;
  readonly serializer: Serializer;
  /** Available to clients that request one of them. */
  readonly otherSerializers: readonly Serializer[];
  /** The user's limits; the others have their defaults. */
  readonly limits: Partial<Limits>;
  readonly keepAliveMs: number | undefined;
  /** Default: for peers from other machines. */
  readonly redactErrors: boolean | undefined;
  readonly typeids: TypeidTable;
  /** Called with each accepted session. */
  readonly accepted: (session: Session) => void;
}

/** Accepts connections from processes other than the owner. Each must pass the handshake before it becomes a session. */
export class ActorListener {
  readonly #plan: ListenerPlan;
  readonly #gate: HandshakeLimiter;
  /** Sessions whose clients have sent nothing yet: they may only have checked the key, and do not count towards `maxSessions`. */
  readonly #silent = new Set<Session>();
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
   * Starts to listen.
   *
   * @param fd - An inherited listening descriptor to use instead.
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

  /** Accepts no more connections; sessions continue. */
  async close(): Promise<void> {
    await this.#listener?.close();
    this.#plan.runtime.gates.delete(this.#gate);
  }

  async #accept(connection: Connection): Promise<void> {
    const { runtime, serializer: first, otherSerializers, limits } = this.#plan;
    const handshake = await this.#gate.admit(connection, (admitted) =>
      acceptHandshake(admitted, {
        authkey: runtime.authkey,
        identity: runtime.identity,
        serializer: first.name,
        otherSerializers: otherSerializers.map(({ name }) => name),
        limits: limitsFor(limits, connection.info.local),
        knows: (instance, own) => runtime.dialer.shared.knows(instance.toString('hex'), own),
      }),
    );
    if (handshake === undefined) return;
    try {
      this.#begin(connection, handshake);
    } catch (error) {
      // A serializer's open() threw: it fails this connection, and the actor continues.
      connection.destroy();
      this.#gate.turnedAway(connection, `could not be served: ${shownText(error)}`);
    }
  }

  #begin(connection: Connection, handshake: Handshake): void {
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
    const serializer = otherSerializers.find(({ name }) => name === handshake.serializer) ?? first;
    const label = connection.info.peer;
    const session: Session = new Session({
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
      peerControl: CLIENT_CONTROL,
      classOf: typeids.proxyClass,
      greeted: () => this.#greeted(session, handshake),
      explain: (farewell, cause) => {
        const [address] = session.peer.endpoints;
        if (address === undefined) return connectionLostError(label, farewell, cause);
        return runtime.dialer.explain(address, { label }, connection.info, farewell, cause);
      },
    });
    this.#silent.add(session);
    void session.ended.then(() => this.#silent.delete(session));
    runtime.dialer.accepted(session, handshake);
    accepted(session);
    session.start();
    const { maxHandshakes } = limitsFor(limits, true);
    if (this.#silent.size > maxHandshakes)
      refuse(session, 'connections that have not greeted', maxHandshakes, 'maxHandshakes');
  }

  #greeted(session: Session, handshake: Handshake): void {
    const { runtime } = this.#plan;
    const { accepted, limits } = runtime;
    this.#silent.delete(session);
    if (accepted.size >= limits.maxSessions) {
      refuse(session, 'sessions', limits.maxSessions, 'maxSessions');
      return;
    }
    accepted.add(session);
    void session.ended.then(() => accepted.delete(session));
    runtime.dialer.greeted(session, handshake);
  }
}

/** Ends a session with the reason, which the peer may learn because it has passed the handshake. */
function refuse(session: Session, what: string, limit: number, name: string): void {
  session.refuse({
    reason: 'overloaded',
    message: `this process has reached its limit of ${limit} ${what} (limits.${name})`,
  });
}
