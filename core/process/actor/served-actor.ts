import { limitsFor } from '../../seam/limits.ts';
import { keepAliveMs, limitsOf, shutdownTimeoutMs, type ActorOptions } from '../../declaration/actor-options.ts';
import type { Authkey } from '../../trust/authkey.ts';
import type { Declaration } from '../../declaration/declaration.ts';
import type { ActorRole } from '../../runtime/actor-role.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { aroundBy } from '../../references/around-call.ts';
import type { ObjectEntry } from '../../references/object-table.ts';
import { loadSerializer, reservePrivateAddress } from '../../runtime/registry.ts';
import type { PrivateAddress } from '../../seam/transport.ts';
import type { TypeidTable } from '../../declaration/typeid-table.ts';
import { ActorLife } from './actor-life.ts';
import { withDeadline } from '../../references/waiting.ts';
import type { ExportedClass } from '../../declaration/find-class.ts';
import { process } from '../../seam/environment.ts';

/** How long the hook may take after calls in progress have used up the whole time, in milliseconds. */
const LATE_HOOK_MS = 800;

/** Obtains the arguments of an actor while the process already listens, and calls `build` with them. */
export type ArgumentSource = (build: (args: readonly unknown[]) => Promise<ObjectEntry>) => Promise<ObjectEntry>;

/** The actor that a process serves, and its settings. */
export interface ServePlan {
  readonly runtime: Runtime;
  readonly actorClass: ExportedClass;
  readonly declaration: Declaration;
  /** The constructor's arguments, or a function that calls `build` when they are available. */
  readonly args: readonly unknown[] | ArgumentSource;
  readonly typeids: TypeidTable;
  readonly serializer: string;
  readonly otherSerializers: readonly string[];
  readonly options: ActorOptions;
  readonly authkey: Authkey | undefined;
  /** The addresses to listen at; a private address if empty. */
  readonly addresses: readonly string[];
  /** Inherited listening descriptors, one for each address, or none. */
  readonly fds: readonly number[];
  /** The addresses that peers receive instead of the ones in use. */
  readonly advertise: readonly string[];
}

/** An actor in a process that also does other work, and that is unchanged after the actor's end. */
export class ServedActor implements ActorRole {
  readonly name: string;
  readonly inspectable: boolean;
  typeids: TypeidTable;
  readonly #plan: ServePlan;
  readonly #life = new ActorLife();
  #place: PrivateAddress | undefined;
  readonly #discard = (): void => this.#place?.discard();

  /**
   * Makes this process serve the actor: listens, then constructs the actor.
   *
   * @throws any error of either step; nothing is left behind then.
   */
  static async begin(
    plan: ServePlan,
  ): Promise<{ actor: ServedActor; entry: ObjectEntry; addresses: readonly string[] }> {
    const actor = new ServedActor(plan);
    plan.runtime.takeOn(actor, plan.authkey);
    try {
      const addresses = await actor.#listen();
      const { actorClass, declaration, args } = plan;
      const build = (given: readonly unknown[]): Promise<ObjectEntry> =>
        actor.#life.construct(actorClass, declaration, given);
      const entry = await (typeof args === 'function' ? args(build) : build(args));
      // The actor lives while it is served, with or without proxies.
      plan.runtime.objects.holdAtHome(entry);
      return { actor, entry, addresses };
    } catch (error) {
      await actor.#leave();
      throw error;
    }
  }

  private constructor(plan: ServePlan) {
    this.name = plan.declaration.name;
    this.typeids = plan.typeids;
    this.inspectable = plan.options.inspectable ?? false;
    this.#plan = plan;
  }

  get entry(): ObjectEntry | undefined {
    return this.#life.entry;
  }

  get ready(): Promise<ObjectEntry> {
    return this.#life.ready;
  }

  /** The default time limit of `end`, in milliseconds; `undefined`: no limit. */
  get graceMs(): number | undefined {
    return shutdownTimeoutMs(this.#plan.options);
  }

  /** Does nothing: a served actor outlives its last proxy. */
  settled(): void {}

  /**
   * Ends the actor: accepts no more connections, waits for calls in progress, runs the hook, sends END.
   *
   * @param graceMs - How long the calls, and then the hook, may take; `undefined`: no limit.
   * @throws any error of the hook, after everything has ended.
   */
  async end(graceMs: number | undefined): Promise<void> {
    let wanted = true;
    try {
      await this.#life.closeListeners();
      const calls = await withDeadline(
        this.#life.finishCalls(() => wanted),
        graceMs,
      );
      await withDeadline(this.#life.runHook(), calls === 'late' ? LATE_HOOK_MS : graceMs);
    } finally {
      wanted = false;
      await this.#leave();
    }
  }

  async #listen(): Promise<readonly string[]> {
    const { runtime, options, addresses, fds, advertise } = this.#plan;
    runtime.transport = options.transport ?? {};
    runtime.limits = limitsFor(options.limits, true);
    runtime.actorDialPolicy = options.dial;
    runtime.around = aroundBy(options, this.name);
    const plan = {
      runtime,
      serializer: await loadSerializer(this.#plan.serializer),
      otherSerializers: await Promise.all(this.#plan.otherSerializers.map((name) => loadSerializer(name))),
      limits: limitsOf(options),
      keepAliveMs: keepAliveMs(options),
      redactErrors: options.redactErrors,
      typeids: this.typeids,
    };
    const places = addresses.length > 0 ? addresses : [await this.#privateAddress()];
    return await this.#life.listenOn(plan, { addresses: places, fds, advertise });
  }

  async #privateAddress(): Promise<string> {
    const { address } = (this.#place = await reservePrivateAddress());
    process.once('exit', this.#discard);
    return address;
  }

  async #leave(): Promise<void> {
    const { runtime } = this.#plan;
    await this.#life.closeListeners();
    await this.#life.endSessions({ reason: 'shutdown' });
    if (this.entry) runtime.objects.dropAtHome(this.entry);
    runtime.layDown(this);
    process.off('exit', this.#discard);
    this.#discard();
  }
}
