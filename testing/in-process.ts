import { randomBytes } from 'node:crypto';
import type { AnyActorClass } from '../core/api/actor.ts';
import { callOptions } from '../core/api/proxy-functions.ts';
import type { Remote } from '../core/api/remote.ts';
import type { RemoteArguments } from '../core/api/remote-argument.ts';
import { type ActorOptions, keepAliveMs, limitsOf, spawnTimeoutMs } from '../core/declaration/actor-options.ts';
import { type Declaration, readDeclaration } from '../core/declaration/declaration.ts';
import { isClass } from '../core/declaration/find-class.ts';
import { actorTypeids, type TypeidTable } from '../core/declaration/typeid-table.ts';
import { endOwnActors } from '../core/process/actor/actor-life.ts';
import { type ArgumentSource, ServedActor } from '../core/process/actor/served-actor.ts';
import { ActorProxy } from '../core/proxy/actor-proxy.ts';
import { giveOwnership } from '../core/proxy/owned.ts';
import type { RemoteFunction } from '../core/proxy/base-proxy.ts';
import { withDeadline } from '../core/references/waiting.ts';
import { FUNCTION_EXPOSURE } from '../core/references/exposure.ts';
import type { ObjectEntry } from '../core/references/object-table.ts';
import { spokenSerializers } from '../core/runtime/registry.ts';
import { Runtime } from '../core/runtime/runtime.ts';
import { ActorSpawnError, misuse, ProxyError, UActorError } from '../core/seam/errors.ts';
import type { Session } from '../core/session/session.ts';

const TICKET_BYTES = 16;

/** How long the ticket for the constructor is valid, in milliseconds: it is claimed at once. */
const TICKET_MS = 60_000;

/**
 * Creates an actor in this process, for unit tests, and returns its proxy. Calls behave as after `spawn`: arguments (including
 * those of the constructor) and results are encoded and decoded, only exposed members can be called, functions, proxies and errors
 * arrive as from another process, and `proxy()` and `currentCall()` work. Any number of such actors can coexist. They share the
 * test's module state and process, which cannot be killed, so `terminate` is refused.
 *
 * The actor lives until `shutdown()` or the disposal of this proxy.
 *
 * @throws `TypeError` for a wrong declaration of the class; any error of the constructor or `init`; {@link ActorSpawnError}
 * `SPAWN_TIMEOUT` when they take longer than `options.spawnTimeout`; the reason of `options.spawnSignal`.
 * @example
 * await using tally = await inProcess(Counter);
 * assert.equal(await tally.increment(), 1);
 */
export async function inProcess<Class extends AnyActorClass>(
  actorClass: Class,
  ...args: RemoteArguments<ConstructorParameters<Class>>
): Promise<Remote<Class>> {
  if (!isClass(actorClass)) throw misuse('inProcess: expected a class that extends Actor');
  const declaration = readDeclaration(actorClass);
  const place = new InProcessActor(declaration, actorTypeids(declaration.proxies, actorClass.proxyClass));
  const proxy = await place.begin(actorClass, args);
  believeRemote<Class>(proxy);
  return proxy;
}

function isRemoteFunction(value: unknown): value is RemoteFunction {
  return typeof value === 'function';
}

/** One actor in this process, and the session over which the test calls it. */
class InProcessActor {
  readonly #declaration: Declaration;
  readonly #typeids: TypeidTable;
  readonly #owner = Runtime.current;
  readonly #runtime: Runtime = Runtime.beside(this.#owner);
  #actor: ServedActor | undefined;
  #stopping: Promise<void> | undefined;

  constructor(declaration: Declaration, typeids: TypeidTable) {
    this.#declaration = declaration;
    this.#typeids = typeids;
  }

  async begin(actorClass: Parameters<typeof readDeclaration>[0], args: readonly unknown[]): Promise<ActorProxy> {
    const { options, name } = this.#declaration;
    options.spawnSignal?.throwIfAborted();
    if (!isClass(actorClass)) throw misuse(`inProcess: ${name} is not a class`);
    let session: Session | undefined;
    // The arguments arrive over the connection, at a function that represents the constructor.
    const argumentsOverSession: ArgumentSource = async (build) => {
      session = await this.#connect();
      let entry: ObjectEntry | undefined;
      const construct = async (...given: unknown[]): Promise<void> => {
        entry = await this.#runtime.within(() => build(given));
      };
      const ticket = randomBytes(TICKET_BYTES);
      const { objects, tickets } = this.#runtime;
      const exposed = objects.enter(construct, FUNCTION_EXPOSURE);
      tickets.grant(ticket.toString('hex'), exposed, TICKET_MS, session);
      const remote: unknown = await session.claim(ticket, TICKET_MS);
      if (!isRemoteFunction(remote)) throw new UActorError('the constructor was not handed out as a function');
      const timeoutMs = spawnTimeoutMs(options);
      const { spawnSignal: signal } = options;
      const building: unknown = (signal ? callOptions(remote, { signal }) : remote)(...args);
      if ((await withDeadline(Promise.resolve(building), timeoutMs)) === 'late') {
        throw new ActorSpawnError(
          `${name} was not ready within ${timeoutMs} ms: its constructor or init() hangs, or options.spawnTimeout is too short`,
          { code: 'SPAWN_TIMEOUT', executed: 'maybe' },
        );
      }
      if (entry === undefined) throw new UActorError('the actor was not built');
      return entry;
    };
    const { actor } = await this.#runtime.within(() =>
      ServedActor.begin({
        runtime: this.#runtime,
        actorClass,
        declaration: this.#declaration,
        args: argumentsOverSession,
        typeids: this.#typeids,
        ...spokenSerializers(options),
        options,
        authkey: undefined,
        addresses: [],
        fds: [],
        advertise: [],
      }),
    );
    this.#actor = actor;
    return await this.#hand(session);
  }

  /** Opens the test's session with the actor's runtime, which already listens. */
  async #connect(): Promise<Session> {
    const { options, name } = this.#declaration;
    const [address] = this.#runtime.endpoints;
    if (address === undefined) throw new UActorError(`${name} does not listen on an address`);
    const { dialer, authkey } = this.#owner;
    const { session } = await dialer.dial(address, { ...reachOf(options), authkey, label: name, ...this.#expected() });
    return session;
  }

  #expected(): {
    readonly instance: string;
    readonly serializer: undefined;
    readonly classOf: TypeidTable['proxyClass'];
  } {
    return { instance: this.#runtime.instance, serializer: undefined, classOf: this.#typeids.proxyClass };
  }

  async #hand(session: Session | undefined): Promise<ActorProxy> {
    const proxy = await session?.control('actor');
    if (session === undefined || !(proxy instanceof ActorProxy)) {
      throw new UActorError(`${this.#declaration.name}.proxyClass does not extend ActorProxy`);
    }
    giveOwnership(proxy, {
      session,
      pid: process.pid,
      exit: session.ended,
      stop: () => this.#stop(session),
      kill: () =>
        Promise.reject(
          new ProxyError(
            `${this.#declaration.name} runs in this process, which terminate() would end: call shutdown(), or spawn() it`,
            { code: 'NOT_ALLOWED' },
          ),
        ),
    });
    return proxy;
  }

  #stop(session: Session): Promise<void> {
    this.#stopping ??= this.#runtime.within(() => this.#end(session));
    return this.#stopping;
  }

  async #end(own: Session): Promise<void> {
    try {
      // Calls start in order: when this one has its reply, the earlier ones have been received, and the actor waits for them.
      await withDeadline(Promise.allSettled([own.control('pid')]), this.#actor?.graceMs);
      await this.#actor?.end(this.#actor.graceMs);
    } finally {
      await endOwnActors();
      const { sessions } = this.#runtime;
      for (const session of sessions) session.end({ reason: 'shutdown' });
      await Promise.all([...sessions].map((session) => session.ended));
    }
  }
}

function reachOf(
  options: ActorOptions,
): Pick<Parameters<Runtime['dialer']['dial']>[1], 'limits' | 'keepAliveMs' | 'transport' | 'policy'> {
  return {
    limits: limitsOf(options),
    keepAliveMs: keepAliveMs(options),
    transport: options.transport ?? {},
    policy: options.dial,
  };
}

/** Narrows a proxy, whose members come from the actor's exposure, which is the declaration of the class. */
function believeRemote<Class extends AnyActorClass>(_proxy: ActorProxy): asserts _proxy is Remote<Class> {}
