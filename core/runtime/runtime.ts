import { AsyncLocalStorage } from 'node:async_hooks';
import { Authkey } from '../trust/authkey.ts';
import { Identity } from '../trust/identity.ts';
import { CLASS_TAG_PREFIX, ClassRegistry } from '../values/class-registry.ts';
import { misuse, ProxyError, SerializerError, UActorError } from '../seam/errors.ts';
import type { DialPolicy, Permission } from '../trust/dial-policy.ts';
import type { ActorRole } from './actor-role.ts';
import type { HandshakeLimiter } from '../trust/handshake/handshake-limiter.ts';
import { Dialer, type DialingProcess } from './dialer.ts';
import { BaseProxy, shareOf } from '../proxy/base-proxy.ts';
import {
  isPlatformData,
  PLATFORM_TAG_PREFIX,
  type PlatformExtension,
  platformFromExtension,
  platformToExtension,
} from '../objects/platform-values.ts';
import { NodeCheck } from './node-check.ts';
import { makeProxy } from '../proxy/proxy-class.ts';
import type { AroundCall } from '../references/around-call.ts';
import { callChannel } from '../references/call-hooks.ts';
import { hooks } from '../references/current-call.ts';
import { invoke, type InvokeHere, LocalReference } from '../references/local-reference.ts';
import { dropNow, type Reference, type RemoteReference } from '../references/reference.ts';
import { type ObjectEntry, ObjectTable, Tickets } from '../references/object-table.ts';
import { Relay } from '../references/relay.ts';
import { type FarToken, sameExposure } from '../references/exposure.ts';
import { limitsFor, type ProcessLimits } from '../seam/limits.ts';
import type { Extension } from '../seam/serializer.ts';
import type { Session } from '../session/session.ts';
import { BufferedBytes } from '../session/flow-control.ts';
import { COMMON_TYPEIDS, type TypeidTable } from '../declaration/typeid-table.ts';
import { randomBytes, setImmediate } from '../seam/environment.ts';

const TICKET_BYTES = 16;

/**
 * This process as its peers see it: its identity, its objects, its sessions. It is created on first use, and besides the
 * registries it is the only state that a whole process shares: two modules that import the library must see the same objects and
 * sessions.
 */
export class Runtime implements DialingProcess {
  static #current: Runtime | undefined;

  /** The runtime of the running code, in a process that has several. */
  static #scope: AsyncLocalStorage<Runtime> | undefined;

  /** The runtime of this process. */
  static get current(): Runtime {
    const scoped = Runtime.#scope?.getStore();
    if (scoped !== undefined) return scoped;
    Runtime.#current ??= new Runtime(Identity.create());
    return Runtime.#current;
  }

  /** Gives this process the identity and the key that its owner assigned. It is an actor's process, or a helper of one. */
  static become(identity: Identity, authkey: Authkey, role?: ActorRole): Runtime {
    Runtime.#current = new Runtime(identity, authkey, role);
    return Runtime.#current;
  }

  /**
   * Creates another runtime in this process, with an identity of its own and the same key: tests run an actor in it as if in
   * another process. For code inside {@link Runtime.within} it is the current one.
   */
  static beside(owner: Runtime): Runtime {
    Runtime.#scope ??= new AsyncLocalStorage();
    return new Runtime(Identity.create(), owner.authkey);
  }

  /** The identity of this process. */
  readonly identity: Identity;
  readonly objects: ObjectTable;
  readonly tickets: Tickets;
  readonly buffered: BufferedBytes;
  readonly dialer: Dialer;
  /** The limits on all sessions together: those of an actor's class, or those that the process chose. */
  limits: ProcessLimits = limitsFor(undefined, true);
  #ownLimits: Partial<ProcessLimits> = {};
  /** The sessions that peers opened. */
  readonly accepted: Set<Session> = new Set();
  /** The handshake limiters of this process's listeners. */
  readonly gates: Set<HandshakeLimiter> = new Set();
  /** The addresses at which other processes can reach this one, best first. */
  endpoints: readonly string[] = [];
  /**
   * Transport options for actors to which this process has not connected explicitly; an actor's process uses those of its class.
   */
  transport: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {};
  /** The dial policy of an actor's class. */
  actorDialPolicy: DialPolicy | undefined;
  /** The dial policy that the process's own code set. */
  ownDialPolicy: DialPolicy | undefined;
  /** Wraps every call of other processes, as the actor's class or `serve` says. */
  around: AroundCall | undefined;
  /** All sessions of this process, opened by either end. */
  readonly sessions: Set<Session> = new Set();
  readonly #nodeCheck = new NodeCheck();
  #authkey: Authkey | undefined;
  #role: ActorRole | undefined;

  private constructor(identity: Identity, authkey?: Authkey, role?: ActorRole) {
    this.identity = identity;
    this.#authkey = authkey;
    this.#role = role;
    const limits = (): ProcessLimits => this.limits;
    this.objects = new ObjectTable(() => this.role?.settled(), limits);
    this.tickets = new Tickets(this.objects, limits);
    this.buffered = new BufferedBytes(limits);
    this.dialer = new Dialer(this);
  }

  /** The id of this process: 32 hexadecimal digits. */
  get instance(): string {
    return this.identity.id;
  }

  /** The key that this process shares with its actors: random, unless its owner or its options give one. */
  get authkey(): Authkey {
    this.#authkey ??= Authkey.random();
    return this.#authkey;
  }

  set authkey(authkey: Authkey) {
    this.#authkey = authkey;
  }

  /** This process's role, if it is an actor's. */
  get role(): ActorRole | undefined {
    return this.#role;
  }

  get actorName(): string | undefined {
    return this.#role?.name;
  }

  /**
   * Makes this process an actor's. Its identity stays, so proxies that it handed out remain valid.
   *
   * @param authkey - The new key of this process and of the actors that it spawns later.
   * @throws {@link UActorError} when it is already an actor's.
   */
  takeOn(role: ActorRole, authkey: Authkey | undefined): void {
    if (this.#role !== undefined) {
      throw new UActorError(
        `this process already runs ${this.#role.name}, and a process runs only one actor: spawn() ` +
          `${role.name}, or close() the server of ${this.#role.name} first`,
      );
    }
    this.#role = role;
    this.#authkey = authkey ?? this.#authkey;
  }

  /** Sets the limits of a process without an actor class. */
  choose(limits: Partial<ProcessLimits>): void {
    this.#ownLimits = limits;
    if (this.#role === undefined) this.limits = limitsFor(limits, true);
  }

  /** Reverses {@link Runtime.takeOn}. */
  layDown(role: ActorRole): void {
    if (this.#role !== role) return;
    this.#role = undefined;
    this.endpoints = [];
    this.transport = {};
    this.limits = limitsFor(this.#ownLimits, true);
    this.actorDialPolicy = undefined;
    this.around = undefined;
  }

  /** The dial policy where neither a class nor a `connect` gives one. */
  get dialPolicy(): DialPolicy | undefined {
    return this.actorDialPolicy ?? this.ownDialPolicy;
  }

  /** The typeids under which this process hands out objects. */
  get typeids(): TypeidTable {
    return this.role?.typeids ?? COMMON_TYPEIDS;
  }

  classToExtension(value: object): PlatformExtension | undefined {
    const extension = ClassRegistry.shared.toExtension(value);
    return extension ? { ...extension, identity: value } : platformToExtension(value);
  }

  hasClassOf(value: object): boolean {
    return ClassRegistry.shared.hasClassOf(value) || isPlatformData(value);
  }

  classFromExtension({ tag, data }: Extension): unknown {
    if (tag.startsWith(PLATFORM_TAG_PREFIX)) return platformFromExtension(tag.slice(PLATFORM_TAG_PREFIX.length), data);
    const place = this.role && `the process of ${this.role.name}`;
    return ClassRegistry.shared.fromExtension(tag.slice(CLASS_TAG_PREFIX.length), data, place);
  }

  /** @param serializer - The only serializer with which its proxies may be sent. Default: any. */
  home(entry: ObjectEntry, serializer?: string): LocalReference {
    const home = { instance: this.instance, address: this.endpoints[0], objects: this.objects };
    const invokeHere: InvokeHere = async (of, operation, args) => {
      const result = this.handOut(of, operation, await this.run(of, operation, args));
      return result instanceof LocalReference ? makeProxy(result, this.typeids.proxyClass) : result;
    };
    return new LocalReference(entry, home, invokeHere, serializer);
  }

  cameHome(entry: ObjectEntry): Reference {
    const relayed = entry.target instanceof Relay ? entry.target.reference : undefined;
    return relayed ?? this.home(entry);
  }

  handOut(entry: ObjectEntry, operation: number, result: unknown): unknown {
    const typeid = resultTypeid(entry, operation);
    return typeid === undefined ? result : this.expose(result, typeid);
  }

  isPlain(entry: ObjectEntry, operation: number): boolean {
    if (hooks.incoming || callChannel.hasSubscribers) return false;
    if (this.around !== undefined || this.#role?.refusal !== undefined) return false;
    return resultTypeid(entry, operation) === undefined;
  }

  refusal(entry: ObjectEntry): Error | undefined {
    return this.#role?.refusal?.(entry);
  }

  run(entry: ObjectEntry, operation: number, args: readonly unknown[]): unknown {
    const typeid = resultTypeid(entry, operation);
    const start = typeid === undefined ? undefined : this.typeids.get(typeid)?.start;
    if (start === undefined && Runtime.#scope === undefined) return invoke(entry, operation, args);
    const call = (): unknown => this.within(() => invoke(entry, operation, args));
    return start ? start(call) : call();
  }

  /** Runs `body` as code of this runtime, in a process that has several. */
  within<T>(body: () => T): T {
    return Runtime.#scope === undefined ? body() : Runtime.#scope.run(this, body);
  }

  /**
   * Returns a proxy of an object of this process, for handing out.
   *
   * @param serializer - The only serializer with which it may be sent. Default: any.
   * @throws {@link ProxyError} `UNKNOWN_TYPEID`, `TYPEID_CONFLICT`, `WRONG_ACTOR`, `NOT_IN_ACTOR`.
   */
  proxy(value: unknown, typeid: string, serializer?: string): object {
    const exposed = this.expose(value, typeid, serializer);
    return exposed instanceof LocalReference ? makeProxy(exposed, this.typeids.proxyClass) : exposed;
  }

  /**
   * Returns the form in which an object of this process is written when it is handed out at once. This process gets no proxy,
   * which would hold the object until it is collected, so the object's count is exactly that of the receiving processes.
   *
   * @throws the errors of {@link Runtime.proxy}.
   */
  expose(value: unknown, typeid: string, serializer?: string): object {
    if (BaseProxy.isProxy(value)) {
      if (serializer === undefined) return value;
      throw misuse(
        'proxy(): the option serializer is for objects of this actor, and this value is already a proxy: omit it',
      );
    }
    if (this.role === undefined) {
      throw new ProxyError("proxy() can only be called in an actor's process: call it in a method of an actor", {
        code: 'NOT_IN_ACTOR',
      });
    }
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
      throw new ProxyError(`a proxy of ${String(value)} cannot be created: only objects and functions can have one`, {
        code: 'NOT_ALLOWED',
      });
    }
    return this.home(this.#enter(value, typeid, this.role), serializer);
  }

  handOver(reference: RemoteReference): { readonly token: FarToken; readonly leave: () => void } | undefined {
    const { session, id, exposure, instance } = reference;
    const { endpoints } = session.peer;
    if (endpoints.length === 0) return undefined;
    const ticket = randomBytes(TICKET_BYTES);
    const token = { instance, endpoints, id, ticket: ticket.toString('hex'), exposure };
    return { token, leave: () => session.grant(id, ticket) };
  }

  async claim(token: FarToken, permit: Permission, claimMs: number): Promise<Reference> {
    if (token.instance === this.instance) {
      const entry = await this.tickets.claim(token.ticket, claimMs);
      setImmediate(() => this.objects.drop(entry, 1));
      demandTruth(token, entry);
      return this.cameHome(entry);
    }
    const session = await this.#reach(token, permit);
    // Twice the limit: the message that needs the claim fails earlier, with a better error, so this timeout only frees the
    // claim's slot.
    const claimed = await session.claim(Buffer.from(token.ticket, 'hex'), 2 * claimMs).catch(async (error: unknown) => {
      if (!session.endedIdle) throw error;
      // The peer closed an unused session before the claim arrived.
      const another = await this.#reach(token, permit);
      return await another.claim(Buffer.from(token.ticket, 'hex'), 2 * claimMs);
    });
    const share = shareOf(claimed);
    const reference = share?.reference;
    if (share !== undefined) setImmediate(() => dropNow(share));
    demandTruth(token, reference);
    return reference;
  }

  async #reach({ instance, endpoints }: FarToken, permit: Permission): Promise<Session> {
    return this.dialer.shared.get(instance) ?? (await this.dialer.reach(instance, endpoints, permit));
  }

  began(session: Session): void {
    this.#nodeCheck.begun(session.info);
    this.sessions.add(session);
    void session.ended.then(() => this.sessions.delete(session));
  }

  settled(session: Session): void {
    this.dialer.settled(session);
    this.role?.settled();
  }

  #enter(value: object, typeid: string, role: ActorRole): ObjectEntry {
    if (typeid === 'actor') {
      if (role.entry?.object === value) return this.objects.enter(value, role.entry.exposure);
      throw new ProxyError("only the actor itself has the typeid 'actor': use 'auto' for other objects", {
        code: 'WRONG_ACTOR',
      });
    }
    const known = this.typeids.get(typeid);
    if (known) return this.objects.enter(value, known.expose(value));
    throw new ProxyError(
      `the typeid '${typeid}' is not defined: add it to ${role.name}.proxies, or use one of ${this.typeids.names.join(', ')}`,
      { code: 'UNKNOWN_TYPEID' },
    );
  }
}

/** Returns the typeid under which an operation's result is handed out, if it is not copied. */
function resultTypeid({ exposure }: ObjectEntry, operation: number): string | undefined {
  const method = exposure.methods[operation];
  return method !== undefined && Object.hasOwn(exposure.methodToTypeid, method)
    ? exposure.methodToTypeid[method]
    : undefined;
}

/** Checks the claimed object against the token, whose description the sender gave and from which the proxy was made. */
function demandTruth(
  { id, exposure }: FarToken,
  claimed: Pick<ObjectEntry, 'id' | 'exposure'> | Reference | undefined,
): asserts claimed {
  if (claimed !== undefined && claimed.id === id && sameExposure(claimed.exposure, exposure)) return;
  throw new SerializerError('a received proxy does not match the description that its actor gave', {
    code: 'INVALID_PAYLOAD',
  });
}
