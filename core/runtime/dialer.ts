import { keepAliveMs } from '../declaration/actor-options.ts';
import { demandSafeProof, type DialPolicy, type Permission } from '../trust/dial-policy.ts';
import { type Handshake, requestHandshake } from '../trust/handshake/handshake.ts';
import { onAbort } from '../references/abort-listeners.ts';
import { CallLimiter } from '../references/call-limiter.ts';
import { type Attempt, Keyring, type Route } from '../trust/keyring.ts';
import { type First, firstToConnect } from './first-to-connect.ts';
import { probeListener } from './probe-listener.ts';
import { addressInfo, loadSerializer, loadTransport } from './registry.ts';
import type { Identity } from '../trust/identity.ts';
import type { SessionRuntime } from '../session/session-setup.ts';
import type { Authkey } from '../trust/authkey.ts';
import { type ActorDeath, ActorDiedError, ActorUnreachableError, AuthkeyError, ProxyError } from '../seam/errors.ts';
import { limitsFor, type Limits } from '../seam/limits.ts';
import { CLIENT_CONTROL, ClientControl, type ControlledProcess, NO_CONTROL } from './process-control.ts';
import type { ProxyClassOf } from '../proxy/make-proxy.ts';
import type { Connection } from '../seam/transport.ts';
import type { Farewell } from '../session/session-text.ts';
import type { EndCause } from '../session/outbound-calls.ts';
import { Session } from '../session/session.ts';
import { connectionLostError } from '../session/connection-lost-error.ts';
import { clearTimeout, setTimeout } from '../seam/environment.ts';

/** The process whose sessions a dialer opens. */
export interface DialingProcess extends ControlledProcess, SessionRuntime {
  /** Who it is. */
  readonly identity: Identity;
  /** The key that it shares with the actors below it. */
  readonly authkey: Authkey;
  /** How transports reach actors that it has not connected to itself. */
  readonly transport: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** How an actor is to be reached. */
export interface DialOptions {
  readonly authkey: Authkey;
  /** The identity that the actor must have; `undefined` when only its address is known. */
  readonly instance: string | undefined;
  /** The serializer that it must speak; `undefined` for whatever it speaks. */
  readonly serializer: string | undefined;
  readonly limits: Partial<Limits>;
  /** How long the actor may be silent, beyond a network; `undefined` for as long as it likes. */
  readonly keepAliveMs: number | undefined;
  /** What the actor is called in messages. */
  readonly label: string;
  readonly classOf: ProxyClassOf;
  /** Options for the transport. */
  readonly transport: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** What may be connected to, where somebody else named the address. */
  readonly permit?: Permission | undefined;
  /** What may be connected to because the actor names it. Default: what the process allows. */
  readonly policy?: DialPolicy | undefined;
  /** Asks whoever owns the actor's process how it ended; `undefined` where that is not known. */
  readonly fate?: (() => Promise<Pick<ActorDeath, 'exitCode' | 'signal'> | undefined>) | undefined;
  /** Gives up when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** A session with a process that a proxy named, and whether this process's own code had told of its address. */
interface Reached {
  readonly session: Session;
  readonly told: boolean;
}

/** How many processes are dialed at a time because a proxy of theirs arrived. */
const MAX_DIALS = 64;

/** How long a session that nobody uses stays open, in milliseconds: forwarding often comes in bursts. */
const LINGER_MS = 500;

/** Opens sessions to actors that this process did not spawn, and shares them. */
export class Dialer {
  readonly #runtime: DialingProcess;
  /** Keys and addresses that this process was told. */
  readonly keyring: Keyring = new Keyring(addressInfo);
  readonly #dials = new CallLimiter(MAX_DIALS);
  /** Sessions whose peer is known for certain to be that process. */
  readonly #sessions = new Map<string, Session>();
  readonly #dialing = new Map<string, Promise<Reached>>();
  /** Sessions that end when nobody uses them. */
  readonly #lingering = new Map<Session, NodeJS.Timeout | undefined>();

  constructor(runtime: DialingProcess) {
    this.#runtime = runtime;
  }

  /** Every session that {@link Dialer.reach} may use. */
  get sessions(): IterableIterator<Session> {
    return this.#sessions.values();
  }

  /** Makes a session known whose peer is certain: one that this process spawned, that spawned it, or that it dialed. */
  add(session: Session): void {
    const { instance } = session.peer;
    this.#sessions.set(instance, session);
    void this.#forgetWhenEnded(session);
  }

  async #forgetWhenEnded(session: Session): Promise<void> {
    await session.ended;
    const { instance } = session.peer;
    if (this.#sessions.get(instance) === session) this.#sessions.delete(instance);
    clearTimeout(this.#lingering.get(session));
    this.#lingering.delete(session);
  }

  /** A session with the process of that identity: an open one, or a new one to the first endpoint that answers. */
  async reach(instance: string, endpoints: readonly string[], permit: Permission): Promise<Session> {
    const known = this.#sessions.get(instance);
    if (known?.open) return known;
    const begun = this.#dialing.get(instance);
    if (begun === undefined) return (await this.#begin(instance, endpoints, permit)).session;
    // Begun because of another peer, who may be allowed more than this one, or less.
    const reached = await begun.catch((error: unknown) => {
      if (error instanceof ProxyError && isForbidden(error)) return undefined;
      throw error;
    });
    if (reached === undefined) return await this.reach(instance, endpoints, permit);
    const { session, told } = reached;
    const { address } = session.peer;
    if (!told && address !== undefined) {
      const info = addressInfo(address);
      permit(address, info);
      if (session.info.ip !== undefined) permit(address, info, session.info.ip);
    }
    return session;
  }

  #begin(instance: string, endpoints: readonly string[], permit: Permission): Promise<Reached> {
    const dialing = this.#dialInTurn(instance, endpoints, permit).finally(() => this.#dialing.delete(instance));
    this.#dialing.set(instance, dialing);
    return dialing;
  }

  /** Opens a session of its own to an address. */
  async dial(address: string, options: DialOptions): Promise<Session> {
    const { limits, label, permit } = options;
    permit?.(address, addressInfo(address));
    const { connection, handshake } = await this.#introduce(address, options);
    const serializer = await loadSerializer(handshake.serializer);
    const instance = handshake.peerInstance;
    const session = new Session({
      runtime: this.#runtime,
      connection,
      attach: (receiver) => handshake.attach(receiver),
      serializer,
      limits,
      authkey: options.authkey,
      keepAliveMs: options.keepAliveMs,
      peer: { instance, address, endpoints: [address] },
      label,
      control: { object: new ClientControl(this.#runtime), exposure: NO_CONTROL },
      peerControl: CLIENT_CONTROL,
      classOf: options.classOf,
      dial: options.policy,
      explain: (farewell, cause) => this.#explain(address, options, connection, farewell, cause),
    });
    session.start();
    return session;
  }

  /** Connects and carries out the handshake, all of it within `limits.handshakeMs`. */
  async #introduce(address: string, options: DialOptions): Promise<{ connection: Connection; handshake: Handshake }> {
    const { authkey, instance, serializer, permit, signal } = options;
    const limits = limitsFor(options.limits, false);
    const transport = await loadTransport(address);
    const late = new AbortController();
    // Not `AbortSignal.timeout`, which keeps its timer when all is done long before: thousands of them after a storm.
    const timer = setTimeout(() => late.abort(tooLate(limits.handshakeMs)), limits.handshakeMs);
    timer.unref();
    const giveUp = (): void => late.abort(signal?.reason);
    if (signal?.aborted) giveUp();
    const leave = signal && onAbort(signal, giveUp);
    try {
      const connection = await transport.connect(address, {
        authkey: () => authkey.bytes(),
        signal: late.signal,
        transport: options.transport[transport.scheme] ?? {},
        ...(permit && { permit: (ip: string) => permit(address, addressInfo(address), ip) }),
      });
      if (permit) this.#demandSafe(connection, address, authkey, permit);
      const handshake = await requestHandshake(connection, {
        authkey,
        identity: this.#runtime.identity,
        target: instance === undefined ? undefined : Buffer.from(instance, 'hex'),
        serializer,
        limits,
        signal: late.signal,
        address,
      });
      return { connection, handshake };
    } finally {
      clearTimeout(timer);
      leave?.();
    }
  }

  /** The connection is closed when nothing may be proved over it. */
  #demandSafe(connection: Connection, address: string, authkey: Authkey, permit: Permission): void {
    try {
      demandSafeProof(connection.info, address, authkey, permit);
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  /** Ends a dialed session that nobody uses any more, after a moment. */
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

  /** Lets a session end when nobody uses it any more. */
  endWhenIdle(session: Session): void {
    this.#lingering.set(session, undefined);
    this.settled(session);
  }

  /** A message may name any number of processes, so only so many are dialed at a time. */
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
      this.add(first.result);
      this.endWhenIdle(first.result);
      return { session: first.result, told: first.attempt.told };
    }
    const { failures } = first;
    const refusals = failures.filter((error) => error instanceof ProxyError);
    const refusal = refusals.find((error) => error instanceof AuthkeyError) ?? refusals.find(isForbidden);
    if (refusal !== undefined) throw refusal;
    const where = endpoints.join(', ') || 'nowhere';
    // Somebody answered, and not in the way that was expected.
    const cure = failures.every((error) => error instanceof ActorUnreachableError)
      ? ''
      : ': if its options.transport (certificates, encryption) differ from those of this process, connect() to it before, ' +
        'with its own';
    throw new ActorUnreachableError(`the actor of a proxy that was handed over cannot be reached at ${where}${cure}`, {
      cause: failures.length === 1 ? failures[0] : new AggregateError(failures),
    });
  }

  /**
   * A session with an actor that this process was told of, by whom it trusts to name its endpoints.
   *
   * @throws {@link ActorUnreachableError} when none of them answers; whatever the only failure was.
   */
  async meet(instance: string, endpoints: readonly string[], options: Omit<DialOptions, 'instance'>): Promise<Session> {
    const known = this.#sessions.get(instance);
    if (known?.open) return known;
    const { authkey, limits, keepAliveMs: silenceMs, transport, label } = options;
    const route = { authkey, limits, keepAliveMs: silenceMs, transport };
    const attempts = this.keyring.attempts(instance, endpoints, { ...route, address: undefined });
    const first = await this.#dialFirst(attempts, () => ({ ...options, instance }));
    if ('result' in first) {
      this.keyring.learn(instance, [], { ...route, address: first.attempt.address });
      this.add(first.result);
      return first.result;
    }
    const [only] = first.failures;
    if (first.failures.length === 1) throw only;
    throw new ActorUnreachableError(`${label} cannot be reached at ${endpoints.join(', ') || 'nowhere'}`, {
      cause: new AggregateError(first.failures),
    });
  }

  #dialFirst(
    attempts: readonly Attempt[],
    optionsOf: (attempt: Attempt) => DialOptions,
  ): Promise<First<Attempt, Session> | { readonly failures: readonly unknown[] }> {
    return firstToConnect(attempts, {
      begin: (attempt, signal) => this.dial(attempt.address, { ...optionsOf(attempt), signal }),
      discard: (session) => session.end({ reason: 'idle' }),
    });
  }

  #foreign(instance: string, attempt: Attempt, permit: Permission): DialOptions {
    const { address, told, ...route } = attempt;
    const classOf = this.#runtime.typeids.proxyClass;
    const common = { ...route, instance, serializer: undefined, label: address, classOf };
    return { ...common, permit: told ? undefined : permit };
  }

  /** How an actor is spoken to of which nothing is known: it may be one of the many that share this process's key. */
  get #ownRoute(): Route {
    const { authkey, transport } = this.#runtime;
    return { authkey, address: undefined, limits: {}, keepAliveMs: keepAliveMs({}), transport };
  }

  /** A local actor that no longer listens has died, and so has one whose host says so; anything else is a lost connection. */
  async #explain(
    address: string,
    { label, fate }: DialOptions,
    { info }: Connection,
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
      new ActorDiedError(`the actor ${label} is gone: ${why}`, {
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

function isForbidden({ code }: ProxyError): boolean {
  return code === 'NOT_ALLOWED';
}
