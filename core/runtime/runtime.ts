import { AsyncLocalStorage } from 'node:async_hooks';
import { Authkey } from '../trust/authkey.ts';
import { Identity } from '../trust/identity.ts';
import { CLASS_TAG_PREFIX, ClassRegistry } from '../values/class-registry.ts';
import { misuse, ProxyError, SerializerError, UActorError } from '../seam/errors.ts';
import type { DialPolicy, Permission } from '../trust/dial-policy.ts';
import type { ActorRole } from './actor-role.ts';
import type { HandshakeLimiter } from '../trust/handshake/handshake-limiter.ts';
import { Dialer, type DialingProcess } from './dialer.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import { shareOf } from '../proxy/callable.ts';
import {
  isPlatformData,
  PLATFORM_TAG_PREFIX,
  type PlatformExtension,
  platformFromExtension,
  platformToExtension,
} from '../objects/platform-values.ts';
import { NodeCheck } from './node-check.ts';
import { makeProxy } from '../proxy/make-proxy.ts';
import type { AroundCall } from '../references/around-call.ts';
import { callChannel } from '../references/call-hooks.ts';
import { hooks } from '../references/hooks.ts';
import { type InvokeHere, LocalReference } from '../references/local-reference.ts';
import { invoke } from '../references/invoke.ts';
import { type ObjectEntry, ObjectTable } from '../references/object-table.ts';
import { dropNow, type Reference } from '../references/reference.ts';
import type { RemoteReference } from '../references/remote-reference.ts';
import { Relay } from '../references/relay.ts';
import { Tickets } from '../references/tickets.ts';
import { type FarToken, sameExposure } from '../references/token.ts';
import { limitsFor, type ProcessLimits } from '../seam/limits.ts';
import type { Extension } from '../seam/serializer.ts';
import type { Session } from '../session/session.ts';
import { BufferedBytes } from '../session/buffered-bytes.ts';
import { COMMON_TYPEIDS } from '../declaration/typeid-table.ts';
import type { TypeidTable } from '../declaration/typeid-table.ts';
import { randomBytes, setImmediate } from '../seam/environment.ts';

const TICKET_BYTES = 16;

/**
 * What this process is to others: its identity, its objects, its sessions. There is one, made on first use, and it is
 * the one thing besides the registries that a whole process shares: two modules that import the library must see the
 * same objects and sessions.
 */
export class Runtime implements DialingProcess {
  static #current: Runtime | undefined;

  /** Which runtime code belongs to, in a process that has more than one. */
  static #scope: AsyncLocalStorage<Runtime> | undefined;

  /** The runtime of this process. */
  static get current(): Runtime {
    const scoped = Runtime.#scope?.getStore();
    if (scoped !== undefined) return scoped;
    Runtime.#current ??= new Runtime(Identity.create());
    return Runtime.#current;
  }

  /** Gives this process, which is an actor's or works for one, its identity and its owner's key. */
  static become(identity: Identity, authkey: Authkey, role?: ActorRole): Runtime {
    Runtime.#current = new Runtime(identity, authkey, role);
    return Runtime.#current;
  }

  /**
   * One more runtime in this very process, with an identity of its own and the same key: tests put an actor into it as if into
   * another process. What runs {@link Runtime.within} it has it for its current one.
   */
  static beside(owner: Runtime): Runtime {
    Runtime.#scope ??= new AsyncLocalStorage();
    return new Runtime(Identity.create(), owner.authkey);
  }

  /** Who this process is. */
  readonly identity: Identity;
  readonly objects: ObjectTable;
  readonly tickets: Tickets;
  readonly buffered: BufferedBytes;
  readonly dialer: Dialer;
  /** What all sessions together may cost: an actor's process has the figures of its class, any other one those it chose. */
  limits: ProcessLimits = limitsFor(undefined, true);
  #ownLimits: Partial<ProcessLimits> = {};
  /** The sessions that others began. */
  readonly accepted: Set<Session> = new Set();
  /** Who listens for this process. */
  readonly gates: Set<HandshakeLimiter> = new Set();
  /** Where other processes can reach this one, best first. */
  endpoints: readonly string[] = [];
  /** How transports reach actors that this process has not connected to itself: an actor's as its own options say. */
  transport: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {};
  /** What an actor's process may connect to because proxies name it, as its class says. */
  actorDialPolicy: DialPolicy | undefined;
  /** The same for any process, as its own code said. */
  ownDialPolicy: DialPolicy | undefined;
  /** What stands around every call of other processes: an actor's, as its class or `serve` says. */
  around: AroundCall | undefined;
  /** Every session of this process, opened by either end. */
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

  /** The key shared by this process and the actors below it: random, unless this is an actor that was given one. */
  get authkey(): Authkey {
    this.#authkey ??= Authkey.random();
    return this.#authkey;
  }

  set authkey(authkey: Authkey) {
    this.#authkey = authkey;
  }

  /** What this process is the process of, if it is an actor's. */
  get role(): ActorRole | undefined {
    return this.#role;
  }

  /**
   * Makes this process an actor's, without any change to its identity: what it has handed out stays valid.
   *
   * @param authkey - What becomes the key of this process, and of the actors that it spawns from now on.
   * @throws {@link UActorError} when it is an actor's already.
   */
  takeOn(role: ActorRole, authkey: Authkey | undefined): void {
    if (this.#role !== undefined) {
      throw new UActorError(
        `this process is the process of ${this.#role.name} already, and there is one actor to a process: spawn() ` +
          `${role.name}, or close() the server of ${this.#role.name} before`,
      );
    }
    this.#role = role;
    this.#authkey = authkey ?? this.#authkey;
  }

  /** What this process may cost, where no class of an actor says it. */
  choose(limits: Partial<ProcessLimits>): void {
    this.#ownLimits = limits;
    if (this.#role === undefined) this.limits = limitsFor(limits, true);
  }

  /** The end of {@link Runtime.takeOn}. */
  layDown(role: ActorRole): void {
    if (this.#role !== role) return;
    this.#role = undefined;
    this.endpoints = [];
    this.transport = {};
    this.limits = limitsFor(this.#ownLimits, true);
    this.actorDialPolicy = undefined;
    this.around = undefined;
  }

  /** What this process may connect to because proxies name it, where neither a class nor a `connect` says so. */
  get dialPolicy(): DialPolicy | undefined {
    return this.actorDialPolicy ?? this.ownDialPolicy;
  }

  /** The typeids by which this process hands out objects. */
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

  /** @param serializer - The one serializer that proxies of it may be sent with. Default: any. */
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

  /** Runs `body` as code of this runtime, where a process has several. */
  within<T>(body: () => T): T {
    return Runtime.#scope === undefined ? body() : Runtime.#scope.run(this, body);
  }

  /**
   * A proxy of an object of this process, to be handed out.
   *
   * @param serializer - The one serializer that it may be sent with. Default: any.
   * @throws {@link ProxyError} `UNKNOWN_TYPEID`, `TYPEID_CONFLICT`, `WRONG_ACTOR`, `NOT_IN_ACTOR`.
   */
  proxy(value: unknown, typeid: string, serializer?: string): object {
    const exposed = this.expose(value, typeid, serializer);
    return exposed instanceof LocalReference ? makeProxy(exposed, this.typeids.proxyClass) : exposed;
  }

  /**
   * What is written for an object of this process that is handed out at once. Nobody here gets a proxy of it, which would
   * hold it until it is collected, so its count is exactly that of the processes that have one.
   *
   * @throws what {@link Runtime.proxy} throws.
   */
  expose(value: unknown, typeid: string, serializer?: string): object {
    if (BaseProxy.isProxy(value)) {
      if (serializer === undefined) return value;
      throw misuse(
        'proxy(): the option serializer is for objects of this actor, and this is a proxy already: leave it out',
      );
    }
    if (this.role === undefined) {
      throw new ProxyError(
        "proxy() hands out objects of an actor's process, and this is none: call it in a method of an actor",
        { code: 'NOT_IN_ACTOR' },
      );
    }
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
      throw new ProxyError(`a proxy of ${String(value)} cannot be made: only objects and functions have one`, {
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
    const session = await this.dialer.reach(token.instance, token.endpoints, permit);
    // The message that needs it gives up before, and says why; then this one only puts its slot in order.
    const claimed = await session.claim(Buffer.from(token.ticket, 'hex'), 2 * claimMs).catch(async (error: unknown) => {
      if (!session.endedIdle) throw error;
      // The other end closed an unused session before the claim arrived.
      const another = await this.dialer.reach(token.instance, token.endpoints, permit);
      return await another.claim(Buffer.from(token.ticket, 'hex'), 2 * claimMs);
    });
    const share = shareOf(claimed);
    const reference = share?.reference;
    if (share !== undefined) setImmediate(() => dropNow(share));
    demandTruth(token, reference);
    return reference;
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

/** The typeid under which the result of an operation is handed out, if it is not copied. */
function resultTypeid({ exposure }: ObjectEntry, operation: number): string | undefined {
  const method = exposure.methods[operation];
  return method !== undefined && Object.hasOwn(exposure.methodToTypeid, method)
    ? exposure.methodToTypeid[method]
    : undefined;
}

/** What was claimed has to be what the sender of the token said: its proxy was made of that. */
function demandTruth(
  { id, exposure }: FarToken,
  claimed: Pick<ObjectEntry, 'id' | 'exposure'> | Reference | undefined,
): asserts claimed {
  if (claimed !== undefined && claimed.id === id && sameExposure(claimed.exposure, exposure)) return;
  throw new SerializerError('a received proxy does not match the description that its actor gave', {
    code: 'INVALID_PAYLOAD',
  });
}
