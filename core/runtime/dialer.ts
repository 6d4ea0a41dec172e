import { keepAliveMs } from '../declaration/actor-options.ts';
import type { DialPolicy, Permission } from '../trust/dial-policy.ts';
import type { Handshake } from '../trust/handshake/handshake.ts';
import { CallLimiter } from '../references/call-limiter.ts';
import { type Attempt, Keyring, type Route } from '../trust/keyring.ts';
import { type First, firstToConnect } from './first-to-connect.ts';
import { type Demands, introduce, type Introduced, serves } from './introduce.ts';
import { probeListener } from './probe-listener.ts';
import { addressInfo, loadSerializer } from './registry.ts';
import type { Identity } from '../trust/identity.ts';
import type { SessionRuntime } from '../session/session-setup.ts';
import type { Authkey } from '../trust/authkey.ts';
import { type ActorDeath, ActorDiedError, ActorUnreachableError, AuthkeyError, ProxyError } from '../seam/errors.ts';
import { limitsFor, type Limits } from '../seam/limits.ts';
import { CLIENT_CONTROL, ClientControl, type ControlledProcess } from './process-control.ts';
import type { ProxyClassOf } from '../proxy/proxy-class.ts';
import type { Serializer } from '../seam/serializer.ts';
import type { ConnectionInfo } from '../seam/transport.ts';
import { onAbort } from '../references/abort-listeners.ts';
import { SharedSessions } from './shared-sessions.ts';
import type { Farewell } from '../session/session-terms.ts';
import { type EndCause, connectionLostError } from '../session/session-life.ts';
import { Session } from '../session/session.ts';
import { clearTimeout, setTimeout } from '../seam/environment.ts';

/** The process whose sessions a dialer opens. */
export interface DialingProcess extends ControlledProcess, SessionRuntime {
  /** The identity of the process. */
  readonly identity: Identity;
  /** The id of this identity. */
  readonly instance: string;
  /** The key that it shares with its actors. */
  readonly authkey: Authkey;
  /** Transport options for actors to which it has not connected explicitly. */
  readonly transport: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** How to connect to an actor. */
export interface DialOptions {
  readonly authkey: Authkey;
  /** The identity that the actor must have; `undefined` if only its address is known. */
  readonly instance: string | undefined;
  /** The required serializer; `undefined` for any. */
  readonly serializer: string | undefined;
  readonly limits: Partial<Limits>;
  /** How long an actor on another machine may be silent, in milliseconds; `undefined` for no limit. */
  readonly keepAliveMs: number | undefined;
  /** The name of the actor in messages. */
  readonly label: string;
  readonly classOf: ProxyClassOf;
  /** Options for the transport. */
  readonly transport: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The dial policy for addresses named by peers. */
  readonly permit?: Permission | undefined;
  /** The dial policy for addresses that the actor names. Default: that of the process. */
  readonly policy?: DialPolicy | undefined;
  /** Asks the owner of the actor's process how it ended; `undefined` if that is not known. */
  readonly fate?: (() => Promise<Pick<ActorDeath, 'exitCode' | 'signal'> | undefined>) | undefined;
  /** Whether the session replaces a lost one. */
  readonly reconnect?: boolean | undefined;
  /** Aborts the attempt. */
  readonly signal?: AbortSignal | undefined;
  /** Whether to open a session besides the one that the two processes share. */
  readonly own?: boolean | undefined;
  /** The settings that an existing session must have to be used. Default: any session is used. */
  readonly demands?: Demands | undefined;
}

/** A session with a process that a proxy named, and whether this process's own code had given its address. */
interface Reached {
  readonly session: Session;
  readonly told: boolean;
}

/** The result of dialling an address: an existing session, or a new one. */
interface Dialed {
  readonly session: Session;
  readonly begun: boolean;
}

/** The maximum number of processes that are dialled at a time because a proxy of theirs arrived. */
const MAX_DIALS = 64;

/** How long an unused session stays open, in milliseconds: forwarding often comes in bursts. */
const LINGER_MS = 500;

/** Opens sessions to actors that this process did not spawn, and shares them. */
export class Dialer {
  readonly #runtime: DialingProcess;
  /** Keys and addresses that this process has received. */
  readonly keyring: Keyring = new Keyring(addressInfo);
  readonly #dials = new CallLimiter(MAX_DIALS);
  /** Sessions with a proven peer. */
  readonly shared: SharedSessions<Session>;
  readonly #dialing = new Map<string, Promise<Reached>>();
  /** Sessions that end when they are unused, with their timers. */
  readonly #lingering = new Map<Session, NodeJS.Timeout | undefined>();

  constructor(runtime: DialingProcess) {
    this.#runtime = runtime;
    this.shared = new SharedSessions(runtime.instance);
  }

  /** Adds an accepted session. It becomes the shared one when its client greets, unless the client wanted one of its own. */
  accepted(session: Session, { own }: Handshake): void {
    if (!own && session.instance !== this.#runtime.instance) this.shared.await(session);
  }

  /**
   * Called when the client of an accepted session begins to use it. It would not if it had another session, so an earlier one
   * here has ended at the client's end.
   */
  greeted(session: Session, { own }: Handshake): void {
    if (own || session.instance === this.#runtime.instance) return;
    this.shared.add(session)?.end({ reason: 'idle', message: 'its peer has begun another connection' });
  }

  /** Resolves to the session with a process that has none: to the first endpoint that responds. */
  async reach(instance: string, endpoints: readonly string[], permit: Permission): Promise<Session> {
    const begun = this.#dialing.get(instance);
    if (begun === undefined) return (await this.#reach(instance, endpoints, permit)).session;
    // The attempt was made for another peer, with a different dial policy.
    const reached = await begun.catch((error: unknown) => {
      if (error instanceof ProxyError && error.code === 'NOT_ALLOWED') return undefined;
      throw error;
    });
    if (reached === undefined) return this.shared.get(instance) ?? (await this.reach(instance, endpoints, permit));
    const { session, told } = reached;
    const { address } = session.peer;
    if (!told && address !== undefined) {
      const info = addressInfo(address);
      permit(address, info);
      if (session.info.ip !== undefined) permit(address, info, session.info.ip);
    }
    return session;
  }

  #reach(instance: string, endpoints: readonly string[], permit: Permission): Promise<Reached> {
    const dialing = this.#dialInTurn(instance, endpoints, permit).finally(() => this.#dialing.delete(instance));
    this.#dialing.set(instance, dialing);
    return dialing;
  }

  /**
   * Dials an address, within `limits.handshakeMs`. Resolves to the existing session with that process, after a handshake that
   * checks key and serializer, or to a new one.
   */
  async dial(address: string, options: DialOptions): Promise<Dialed> {
    const { permit, signal } = options;
    const { handshakeMs } = limitsFor(options.limits, false);
    permit?.(address, addressInfo(address));
    const late = new AbortController();
    // Not `AbortSignal.timeout`, whose timer outlives the attempt: thousands of them after a burst.
    const timer = setTimeout(() => late.abort(tooLate(handshakeMs)), handshakeMs);
    timer.unref();
    const giveUp = (): void => late.abort(signal?.reason);
    if (signal?.aborted) giveUp();
    const leaveSignal = signal && onAbort(signal, giveUp);
    try {
      for (;;) {
        const dialed = await this.#dialOnce(address, options, late.signal);
        if (dialed !== undefined) return dialed;
      }
    } catch (error) {
      if (!late.signal.aborted || error !== late.signal.reason) throw error;
      throw new ActorUnreachableError(`connecting to ${address} was abandoned before a session began`, {
        cause: error,
      });
    } finally {
      clearTimeout(timer);
      leaveSignal?.();
    }
  }

  /**
   * Makes one connection. Resolves to its session, or to the existing one; to `undefined` if the existing one has ended
   * meanwhile.
   */
  async #dialOnce(address: string, options: DialOptions, signal: AbortSignal): Promise<Dialed | undefined> {
    let answered: (() => void) | undefined;
    let stood: Session | undefined;
    const own = (instance: string): boolean => {
      // An actor served by this process is dialled like any other, and has no session to share.
      stood = this.shared.get(instance);
      if (options.own || instance === this.#runtime.instance || this.shared.taken(instance)) return true;
      answered = this.shared.dials(instance);
      return false;
    };
    try {
      const introduced = await introduce(this.#runtime.identity, address, options, signal, own);
      return await this.#settle(address, options, introduced, stood, signal).catch((error: unknown) => {
        introduced.connection.destroy();
        throw error;
      });
    } finally {
      answered?.();
    }
  }

  /**
   * Decides what happens with a connection after its handshake.
   *
   * @param stood - The session that existed when the response was sent.
   */
  async #settle(
    address: string,
    options: DialOptions,
    introduced: Introduced,
    stood: Session | undefined,
    signal: AbortSignal,
  ): Promise<Dialed | undefined> {
    const { connection, handshake } = introduced;
    const { peerInstance: instance, own, known } = handshake;
    const serializer = await loadSerializer(handshake.serializer);
    const begin = (): Dialed => ({ session: this.#begin(address, options, introduced, serializer), begun: true });
    if (options.own || instance === this.#runtime.instance) return begin();
    const promised = own || known ? await this.shared.soon(instance, known, signal) : undefined;
    const standing = promised ?? this.shared.get(instance);
    if (standing === undefined && !own) {
      const dialed = begin();
      this.shared.add(dialed.session);
      return dialed;
    }
    if (standing !== undefined && serves(standing, introduced, options)) {
      connection.destroy();
      // The existing session is unknown to the peer, so its connection was cut without notice.
      if (known || standing !== stood || standing.info.local) return { session: standing, begun: false };
      standing.destroy();
      await standing.ended;
      return undefined;
    }
    if (standing !== undefined && own) return begin();
    connection.destroy();
    return standing && (await this.#dialOnce(address, { ...options, own: true }, signal));
  }

  async #forgetWhenEnded(session: Session): Promise<void> {
    await session.ended;
    clearTimeout(this.#lingering.get(session));
    this.#lingering.delete(session);
  }

  /** Starts a session that ends when it is unused. */
  #begin(
    address: string,
    options: DialOptions,
    { connection, handshake }: Introduced,
    serializer: Serializer,
  ): Session {
    const { limits, label } = options;
    const session = new Session({
      runtime: this.#runtime,
      connection,
      attach: (receiver) => handshake.attach(receiver),
      serializer,
      limits,
      authkey: options.authkey,
      keepAliveMs: options.keepAliveMs,
      peer: { instance: handshake.peerInstance, address, endpoints: [address] },
      label,
      control: { object: new ClientControl(this.#runtime), exposure: CLIENT_CONTROL },
      peerControl: CLIENT_CONTROL,
      classOf: options.classOf,
      dial: options.policy,
      reconnect: options.reconnect,
      explain: (farewell, cause) => this.explain(address, options, connection.info, farewell, cause),
    });
    session.start();
    void this.#forgetWhenEnded(session);
    this.#lingering.set(session, undefined);
    this.settled(session);
    return session;
  }

  /** Ends an unused dialled session after a short delay. */
  settled(session: Session): void {
    if (!this.#lingering.has(session)) return;
    clearTimeout(this.#lingering.get(session));
    if (!session.idle) {
      this.#lingering.set(session, undefined);
      return;
    }
    const timer = setTimeout(() => {
      if (session.idle) session.end({ reason: 'idle' });
    }, LINGER_MS);
    timer.unref();
    this.#lingering.set(session, timer);
  }

  /** Limits the number of processes that are dialled at a time, because a message may name any number. */
  #dialInTurn(instance: string, endpoints: readonly string[], permit: Permission): Promise<Reached> {
    return new Promise((resolve) => {
      this.#dials.enter((leave) => {
        resolve(this.#dialAny(instance, endpoints, permit).finally(leave));
      });
    });
  }

  async #dialAny(instance: string, endpoints: readonly string[], permit: Permission): Promise<Reached> {
    const attempts = this.keyring.attempts(instance, endpoints, this.#ownRoute);
    const first = await this.#dialFirst(attempts, (attempt) => this.#foreign(instance, attempt, permit));
    if ('result' in first) {
      return { session: first.result.session, told: first.attempt.told };
    }
    const { failures } = first;
    const refusals = failures.filter((error) => error instanceof ProxyError);
    const refusal =
      refusals.find((error) => error instanceof AuthkeyError) ?? refusals.find(({ code }) => code === 'NOT_ALLOWED');
    if (refusal !== undefined) throw refusal;
    const where = endpoints.join(', ') || 'any address';
    // A process other than the expected one replied.
    const cure = failures.every((error) => error instanceof ActorUnreachableError)
      ? ''
      : ': if its options.transport (certificates, encryption) differ from those of this process, connect() to it first, ' +
        'with its own';
    throw new ActorUnreachableError(`the actor of a received proxy cannot be reached at ${where}${cure}`, {
      cause: failures.length === 1 ? failures[0] : new AggregateError(failures),
    });
  }

  /**
   * Resolves to a session with an actor whose endpoints come from a trusted process.
   *
   * @throws {@link ActorUnreachableError} when none of several responds; the error of the only one.
   */
  async meet(instance: string, endpoints: readonly string[], options: Omit<DialOptions, 'instance'>): Promise<Session> {
    const standing = this.shared.get(instance);
    if (standing) return standing;
    const { authkey, limits, keepAliveMs: silenceMs, transport, label } = options;
    const route = { authkey, limits, keepAliveMs: silenceMs, transport };
    const attempts = this.keyring.attempts(instance, endpoints, { ...route, address: undefined });
    const first = await this.#dialFirst(attempts, () => ({ ...options, instance }));
    if ('result' in first) {
      this.keyring.learn(instance, [], { ...route, address: first.attempt.address });
      return first.result.session;
    }
    const [only] = first.failures;
    if (first.failures.length === 1) throw only;
    throw new ActorUnreachableError(`${label} cannot be reached at ${endpoints.join(', ') || 'any address'}`, {
      cause: new AggregateError(first.failures),
    });
  }

  #dialFirst(
    attempts: readonly Attempt[],
    optionsOf: (attempt: Attempt) => DialOptions,
  ): Promise<First<Attempt, Dialed> | { readonly failures: readonly unknown[] }> {
    return firstToConnect(attempts, {
      begin: (attempt, signal) => this.dial(attempt.address, { ...optionsOf(attempt), signal }),
      // A session that came too late is open all the same, and ends when it is unused.
      discard: () => undefined,
    });
  }

  #foreign(instance: string, attempt: Attempt, permit: Permission): DialOptions {
    const { address, told, ...route } = attempt;
    const classOf = this.#runtime.typeids.proxyClass;
    const common = { ...route, instance, serializer: undefined, label: address, classOf };
    return { ...common, permit: told ? undefined : permit };
  }

  /** Fallback settings for an unknown actor: it may be one of the many that share this process's key. */
  get #ownRoute(): Route {
    const { authkey, transport } = this.#runtime;
    return { authkey, address: undefined, limits: {}, keepAliveMs: keepAliveMs({}), transport };
  }

  /**
   * Explains the end of a session. A local actor that no longer listens has died, and so has one that its host reports as ended;
   * otherwise the connection was lost.
   */
  async explain(
    address: string,
    { label, fate }: Pick<DialOptions, 'label' | 'fate'>,
    info: ConnectionInfo,
    farewell: Farewell | undefined,
    cause: Error | undefined,
  ): Promise<EndCause> {
    const left = farewell !== undefined && ['shutdown', 'released', 'crashed'].includes(farewell.reason);
    const told = left || farewell === undefined ? await fate?.() : undefined;
    const gone =
      left || told !== undefined || (farewell === undefined && info.local && !(await probeListener(address)));
    if (!gone) return connectionLostError(label, farewell, cause);
    const why = farewell?.message ?? (left ? 'it was shut down' : 'its process has ended');
    return (executed) =>
      new ActorDiedError(`the actor ${label} has ended: ${why}`, {
        executed,
        actor: label,
        exitCode: told?.exitCode,
        signal: told?.signal,
      });
  }
}

function tooLate(ms: number): DOMException {
  return new DOMException(`Connecting took longer than limits.handshakeMs, ${ms} ms`, 'TimeoutError');
}
