import { type Address, capturedAddresses, normaliseAddress } from '../declaration/address.ts';
import { type ActorOptions, keepAliveMs, limitsOf } from '../declaration/actor-options.ts';
import { checkedSignal, demandKnownNames } from '../seam/call-options.ts';
import { limitsFor } from '../seam/limits.ts';
import { Authkey } from '../trust/authkey.ts';
import { type ActorStatics, declaringClass, moduleOf, readDeclaration } from '../declaration/declaration.ts';
import type { DialOptions } from '../runtime/dialer.ts';
import { checkedPolicy } from '../trust/dial-policy.ts';
import { ActorDiedError, ActorUnreachableError, misuse, ProxyError, UActorError } from '../seam/errors.ts';
import { Runtime } from '../runtime/runtime.ts';
import { ActorProcess } from '../process/owner/actor-process.ts';
import { giveOwnership, own } from '../proxy/owned.ts';
import { ActorProxy } from '../proxy/actor-proxy.ts';
import { checkOptions, demandNoHost } from '../declaration/check-options.ts';
import { BaseProxy, proxyShare, proxyReference } from '../proxy/base-proxy.ts';
import { dropNow, type RemoteReference } from '../references/reference.ts';
import { Reconnect } from '../references/reconnect.ts';
import { sameExposure } from '../references/exposure.ts';
import { spawnOnHost } from './spawn-on-host.ts';
import { spawnChannel, traceSpawn } from './spawn-trace.ts';
import { serializerName, spokenSerializers } from '../runtime/registry.ts';
import type { Serializer } from '../seam/serializer.ts';
import type { TypeidTable } from '../declaration/typeid-table.ts';

/** The maximum length of a chain of actors that own each other. */
const MAX_DEPTH = 32;

/** The options of `connect`. */
export interface ActorConnectOptions {
  /** The actor's secret. Default: the key that this process shares with the actors it spawns. */
  readonly authkey?: string | Uint8Array;
  /** The serializer to use, one of those that the actor offers. Default: the first of them. */
  readonly serializer?: string | Serializer;
  /**
   * Addresses that lead to this actor: proxies that name one of them use this address and key instead. For an actor whose own
   * address does not work from here, because it is bound to `0.0.0.0` or runs behind NAT or in a container. Default: the class's
   * own.
   */
  readonly capture?: readonly Address[];
  /** Options for transports, by scheme. Default: the class's own. */
  readonly transport?: NonNullable<ActorOptions['transport']>;
  /**
   * The addresses to which proxies sent by that actor may make this process connect. Default: the class's own policy, otherwise
   * that of {@link setDialPolicy}.
   */
  readonly dial?: NonNullable<ActorOptions['dial']>;
  /**
   * If it aborts before the actor has replied, `connect` closes the connection and rejects with the signal's reason. Example:
   * `AbortSignal.timeout(2_000)`. Default: a process that has passed the handshake may take any time to construct its actor, but
   * the attempt fails if it is silent for `limits.handshakeMs`.
   */
  readonly signal?: AbortSignal;
  /**
   * Makes the proxy use its own connection instead of the one that this process shares with the actor's. Calls start in order
   * within each connection. Default: only if the shared connection lacks a requested setting: a serializer, encryption, `limits` or
   * `keepAlive`.
   */
  readonly ownConnection?: boolean;
}

const CONNECT_OPTIONS: readonly (keyof ActorConnectOptions)[] = [
  'authkey',
  'serializer',
  'capture',
  'transport',
  'dial',
  'signal',
  'ownConnection',
];

/**
 * Starts a process for an actor class and constructs the actor there; this process owns it.
 *
 * @param typeids - The proxy classes for proxies from that process.
 */
export async function spawnActor(
  actorClass: ActorStatics,
  typeids: TypeidTable,
  args: readonly unknown[],
): Promise<ActorProxy> {
  const { name, options } = readDeclaration(actorClass);
  const module = moduleOf(actorClass);
  const runtime = Runtime.current;
  refuseChain(runtime, name, module);
  const declared = readDeclaration(declaringClass(actorClass)).options;
  const given = (['admit', 'intercept'] as const).find((option) => options[option] !== declared[option]);
  if (given !== undefined) {
    throw misuse(
      `${name}.with({ ${given} }): a function cannot be sent to a spawned process: put it into the static options of the class ` +
        'itself, or serve() the actor',
    );
  }
  if (options.on === undefined) demandNoHost(options, name);
  const spawn = async (): Promise<ActorProxy> =>
    options.on === undefined
      ? await spawnHere({ runtime, module, name, options, typeids }, args)
      : await spawnOnHost(options.on, { name, module, options, typeids, args });
  return await (spawnChannel.hasSubscribers ? traceSpawn(name, module, spawn) : spawn());
}

/** An actor to be spawned in a process of this machine. */
interface SpawnPlan {
  readonly runtime: Runtime;
  readonly module: string;
  readonly name: string;
  readonly options: ActorOptions;
  readonly typeids: TypeidTable;
}

async function spawnHere({ typeids, ...plan }: SpawnPlan, args: readonly unknown[]): Promise<ActorProxy> {
  const spoken = spokenSerializers(plan.options);
  const actorProcess = await ActorProcess.start({ ...plan, ...spoken, classOf: typeids.proxyClass });
  own(actorProcess.session, actorProcess);
  const { session } = actorProcess;
  const proxy = demandActor(await actorProcess.construct(args), `the process of ${plan.name}`, session);
  giveOwnership(proxy, actorProcess);
  return proxy;
}

/**
 * Stops endless chains: a program without a guard runs again in the process of each of its actors. Its spawns are refused at once
 * where this can be seen: while the module is imported, or in an asynchronous function that the import started, for a class of a
 * module for which this process or one of its owners was started. All other chains end at a maximum depth.
 */
function refuseChain({ role }: Runtime, name: string, module: string): void {
  const { ancestry } = role ?? {};
  if (role === undefined || ancestry === undefined) return;
  const { lineage, importing, leftByImport } = ancestry;
  const cure =
    'put the main part of the module into `if (isMain(import.meta)) { … }`, or in CommonJS ' +
    '`if (require.main === module) { … }`';
  if (importing || (leftByImport && lineage.includes(module))) {
    const when = importing
      ? `while the actor process of ${role.name} was importing its module`
      : `by code that was still running after the actor process of ${role.name} had imported its module`;
    throw new UActorError(`${name}.spawn() was called ${when}, which would start processes without end: ${cure}`);
  }
  if (lineage.length >= MAX_DEPTH) {
    throw new UActorError(
      `${name}.spawn() was called by an actor that has ${lineage.length - 1} owners above it, which is the maximum: ` +
        `let an outer process spawn it. If the program runs again in the processes of its actors, ${cure}`,
    );
  }
}

/**
 * Connects to a running actor; this process does not own it.
 *
 * @param typeids - The proxy classes for proxies from that process.
 */
export async function connectActor(
  to: Address,
  options: ActorConnectOptions,
  actor: { readonly name: string; readonly options: ActorOptions; readonly typeids: TypeidTable },
): Promise<ActorProxy> {
  const { name, typeids } = actor;
  const address = normaliseAddress(to, `the address of ${name}.connect`);
  demandKnownNames(options, CONNECT_OPTIONS, `${name}.connect`);
  const { serializer, transport } = options;
  checkOptions(
    { ...(serializer !== undefined && { serializer }), ...(transport !== undefined && { transport }) },
    `${name}.connect`,
  );
  const captured = capturedAddresses(options.capture ?? actor.options.capture, `${name}.connect`);
  const signal = checkedSignal(options.signal, `${name}.connect: signal`);
  const { ownConnection } = options;
  if (ownConnection !== undefined && typeof ownConnection !== 'boolean') {
    throw misuse(`${name}.connect: ownConnection must be true or false`);
  }
  const { dialer, authkey } = Runtime.current;
  const route = {
    authkey: options.authkey === undefined ? authkey : new Authkey(options.authkey),
    limits: limitsOf(actor.options),
    keepAliveMs: keepAliveMs(actor.options),
    transport: options.transport ?? actor.options.transport ?? {},
  };
  const policy = checkedPolicy(options.dial, `${name}.connect`) ?? actor.options.dial;
  const dialOptions: DialOptions = {
    ...route,
    instance: undefined,
    serializer: options.serializer === undefined ? undefined : serializerName(options.serializer),
    label: name,
    classOf: typeids.proxyClass,
    policy,
    own: ownConnection,
    demands: { limits: route.limits, keepAlive: actor.options.keepAlive, dial: policy },
  };
  const { limits, keepAliveMs: silenceMs } = route;
  const terms = { dial: policy, classOf: typeids.proxyClass };
  const open = async (until?: AbortSignal, reconnect = false): Promise<ActorProxy> => {
    const { session, begun } = await dialer.dial(address, { ...dialOptions, signal: until, reconnect });
    dialer.keyring.learn(session.instance, [address, ...captured], { ...route, address });
    // Other code in this process may have calls in progress over an existing session.
    const { handshakeMs } = limitsFor(limits, session.info.local);
    const unwatch = begun ? session.watch(Math.min(handshakeMs, silenceMs ?? Infinity)) : undefined;
    const context = begun ? undefined : session.terms.add(terms);
    try {
      return demandActor(
        await session.control('actor', [], { signal: until, context }),
        `the process that listens on ${address}`,
        session,
      );
    } catch (error) {
      // An abandoned call stays in progress until its reply arrives, which may be never.
      if (begun && until?.aborted) session.end({ reason: 'idle' });
      // The peer closed the session before the request arrived.
      if (!begun && !until?.aborted && session.endedIdle) return await open(until, reconnect);
      throw error;
    } finally {
      unwatch?.();
      dialer.settled(session);
    }
  };
  const proxy = await open(signal).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
  proxyShare(proxy).renewBy(
    new Reconnect(async (lost, until) => proxyShare(await openAgain(() => open(until, true), lost, address))),
  );
  return proxy;
}

/**
 * Connects to an actor that a host has started, at the first of its endpoints that responds.
 *
 * @returns the proxy, after the actor has been constructed.
 */
export async function meetActor(
  instance: string,
  endpoints: readonly string[],
  options: Omit<DialOptions, 'instance' | 'serializer'>,
): Promise<ActorProxy> {
  const { dialer } = Runtime.current;
  const session = await dialer.meet(instance, endpoints, { ...options, serializer: undefined });
  try {
    return demandActor(await session.control('actor'), `the process that listens on ${session.peer.address}`, session);
  } finally {
    dialer.settled(session);
  }
}

/** Connects again to the actor of `lost`, or to its replacement at that address. */
async function openAgain(open: () => Promise<ActorProxy>, lost: RemoteReference, address: string): Promise<ActorProxy> {
  const proxy = await open().catch(async (error: unknown) => {
    if (!(error instanceof ActorUnreachableError)) throw error;
    const end = (await lost.session.ended)('no');
    // The death of the actor explains more than an address without a listener.
    throw end instanceof ActorDiedError ? end : error;
  });
  if (sameExposure(proxyReference(proxy).exposure, lost.exposure)) return proxy;
  dropNow(proxyShare(proxy));
  throw new ProxyError(
    `the actor that listens on ${address} has other members than when this proxy was created: connect again`,
    { code: 'WRONG_ACTOR' },
  );
}

function demandActor(value: unknown, what: string, { serializer }: { readonly serializer: string }): ActorProxy {
  if (value instanceof ActorProxy) return value;
  const why = BaseProxy.isProxy(value)
    ? ''
    : `: the serializer '${serializer}' did not carry its proxy. encode() must write what extensions.replace() returns, and ` +
      'decode() must return what extensions.revive() makes of it';
  throw new UActorError(`${what} did not reply with an actor${why}`);
}
