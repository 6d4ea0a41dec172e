import { keepAliveMs, limitsOf, shutdownTimeoutMs } from '../actor-options.ts';
import { MAX_TIMER_MS } from '../call-options.ts';
import { OWNER_CONTROL, OwnerControl, NO_CONTROL } from '../control.ts';
import { type Declaration, readDeclaration } from '../declaration.ts';
import { escapeControls, guarded } from '../error-text.ts';
import { exposeActor } from '../expose-actor.ts';
import { type ActorRole, Host } from '../host.ts';
import type { ObjectEntry } from '../references/object-table.ts';
import { loadSerializer } from '../registry.ts';
import type { Farewell } from '../session/farewell.ts';
import { Session } from '../session/session.ts';
import { connectionLost } from '../session/lost.ts';
import type { Connection, Receiver } from '../transport.ts';
import { actorTypeids } from '../common-typeids.ts';
import type { TypeidTable } from '../typeids.ts';
import { ActorListener } from './actor-listener.ts';
import type { BootMessage } from './boot-message.ts';
import { deadline } from './deadline.ts';
import { type ExportedClass, findClass } from './find-class.ts';

/** How long the hook may take when the owner is gone, in milliseconds: a second after its death nothing is left. */
const ORPHAN_GRACE_MS = 800;

/** How long the last messages may take to leave, in milliseconds. */
const FAREWELL_MS = 500;

/** How much of an error that ended the process is told to the peers, in UTF-16 units. */
const MAX_CAUSE_LENGTH = 500;

/** How an import ended. */
type Imported = { readonly actorClass: ExportedClass; readonly declaration: Declaration } | { readonly error: unknown };

/** The actor's side of its process: brings it up, keeps it as long as it is wanted, and ends it. */
export class ActorRuntime implements ActorRole {
  readonly name: string;
  importing = true;
  entry: ObjectEntry | undefined;
  typeids: TypeidTable = actorTypeids({});
  readonly #boot: BootMessage;
  readonly #sessions = new Set<Session>();
  #owner: Session | undefined;
  #listener: ActorListener | undefined;
  #imported: Imported | undefined;
  #hook: Promise<void> | undefined;
  #leaving = false;
  #checking = false;

  constructor(boot: BootMessage) {
    this.#boot = boot;
    this.name = boot.name;
  }

  /** Brings the process up: the class, the place to listen, and the session with the owner, who asks for the actor. */
  async run(connection: Connection, attach: (receiver: Receiver) => void): Promise<void> {
    this.#obeyTheOwnerOnly();
    const host = Host.current;
    const { serializer: name, address, options } = this.#boot;
    this.#imported = await this.#import();
    const serializer = await loadSerializer(name);
    const limits = limitsOf(options);
    const listener = new ActorListener({
      host,
      serializer,
      limits,
      keepAliveMs: keepAliveMs(options),
      redactErrors: options.redactErrors ?? false,
      typeids: this.typeids,
      accepted: (s) => this.#add(s),
    });
    this.#listener = listener;
    host.transport = options.transport ?? {};
    try {
      host.endpoints = [await listener.listen(address, host.transport)];
    } catch (error) {
      this.#imported = { error };
    }
    const owner = new Session({
      host,
      connection,
      attach,
      serializer,
      limits,
      peer: { instance: this.#boot.owner, address: undefined, endpoints: [] },
      label: `the owner of ${this.name}`,
      control: { object: new OwnerControl(host, this), exposure: OWNER_CONTROL },
      peerControl: NO_CONTROL,
      classOf: this.typeids.proxyClass,
      explain: (farewell, cause) => connectionLost(`the owner of ${this.name}`, farewell, cause),
    });
    this.#owner = owner;
    host.dialer.add(owner);
    this.#add(owner);
    owner.start();
    await owner.ended;
    await deadline(this.#runHook(), ORPHAN_GRACE_MS).catch(reportHookError);
    await this.#leave({ reason: 'shutdown', message: 'its owner is gone' });
  }

  /** Builds the actor; asked for by the owner, once. */
  async construct(args: readonly unknown[]): Promise<ObjectEntry> {
    const imported = this.#imported;
    if (imported === undefined || 'error' in imported) throw imported?.error;
    const { actorClass, declaration } = imported;
    const actor = new actorClass(...args);
    if ('init' in actor && typeof actor.init === 'function') await actor.init();
    this.entry = Host.current.objects.enter(actor, exposeActor(actor, declaration));
    return this.entry;
  }

  /** Runs the actor's `shutdown` hook, and ends the process once the answer has left; asked for by the owner. */
  async stop(): Promise<void> {
    try {
      await this.#runHook();
    } finally {
      setImmediate(() => void this.#leave({ reason: 'shutdown' }, this.#shutdownMs));
    }
  }

  settled(): void {
    if (this.entry === undefined || this.#checking || this.#leaving || Host.current.objects.held > 0) return;
    this.#checking = true;
    // Later, because a reference may be given back while the next one is being written.
    setImmediate(() => {
      this.#checking = false;
      const busy = [...this.#sessions].some((session) => session.load.running > 0);
      if (busy || this.#hook !== undefined || Host.current.objects.held > 0) return;
      void this.#runHook()
        .catch(reportHookError)
        .then(() => this.#leave({ reason: 'released' }));
    });
  }

  async #import(): Promise<Imported> {
    const { module, name, options } = this.#boot;
    try {
      const exports: object = await import(module);
      const actorClass = findClass(exports, name, module);
      const declared = readDeclaration(actorClass);
      this.typeids = actorTypeids(declared.proxies);
      return { actorClass, declaration: { ...declared, options: { ...declared.options, ...options } } };
    } catch (error) {
      return { error };
    } finally {
      this.importing = false;
    }
  }

  #add(session: Session): void {
    this.#sessions.add(session);
    void session.ended.then(() => this.#sessions.delete(session));
  }

  #runHook(): Promise<void> {
    this.#hook ??= this.#callHook();
    return this.#hook;
  }

  async #callHook(): Promise<void> {
    const actor = this.entry?.object;
    if (actor && 'shutdown' in actor && typeof actor.shutdown === 'function') await actor.shutdown();
  }

  /** @param ownerMs - How long the owner may take to read what it is owed; it may be busy with something else. */
  async #leave(farewell: Farewell, ownerMs: number = FAREWELL_MS): Promise<void> {
    if (this.#leaving) return;
    this.#leaving = true;
    const closing = this.#listener?.close();
    const leaving = [...this.#sessions].map(async (session) => {
      const graceMs = session === this.#owner ? ownerMs : FAREWELL_MS;
      session.end(farewell, graceMs);
      await deadline(session.ended, graceMs);
    });
    await Promise.all([...leaving, deadline(Promise.resolve(closing), FAREWELL_MS)]);
    process.exit();
  }

  get #shutdownMs(): number {
    const { shutdownTimeout } = this.#boot.options;
    return shutdownTimeoutMs(shutdownTimeout === undefined ? {} : { shutdownTimeout }) ?? MAX_TIMER_MS;
  }

  #obeyTheOwnerOnly(): void {
    const { title } = this.#boot.options;
    if (title !== undefined) process.title = title;
    // Ctrl-C and a closed terminal reach every process of the terminal; what they mean is the owner's to decide.
    process.on('SIGINT', () => undefined);
    process.on('SIGHUP', () => undefined);
    process.on('SIGTERM', () => void this.#terminate());
    process.on('uncaughtExceptionMonitor', (error) => {
      const message = inShort(error);
      for (const session of this.#sessions) session.end({ reason: 'crashed', message });
    });
  }

  #terminations = 0;

  async #terminate(): Promise<void> {
    this.#terminations++;
    if (this.#terminations === 1) {
      await this.#listener?.close();
      await this.#windUp().catch(reportHookError);
    }
    await this.#leave({ reason: 'shutdown', message: 'it was terminated' });
  }

  /** Lets the calls under way end, then runs the hook, which gets its turn even when they do not end in time. */
  async #windUp(): Promise<void> {
    const calls = await deadline(this.#finishCalls(), this.#shutdownMs);
    if (calls !== 'late') await deadline(this.#runHook(), this.#shutdownMs);
    // A hook that has begun already has had its time: it may be what is late.
    else if (this.#hook === undefined) await deadline(this.#runHook(), ORPHAN_GRACE_MS);
  }

  /** Resolves when no call is being answered any more. */
  async #finishCalls(): Promise<void> {
    while (this.#terminations === 1 && [...this.#sessions].some((session) => session.load.running > 0)) {
      await new Promise((resolve) => {
        setTimeout(resolve, 10);
      });
    }
  }
}

/** What was thrown, in a line that fits into a message. */
function inShort(thrown: unknown): string {
  const text = guarded(() => String(thrown), 'something that cannot be shown was thrown');
  return escapeControls(text.slice(0, MAX_CAUSE_LENGTH));
}

function reportHookError(error: unknown): void {
  process.emitWarning(`The shutdown hook of the actor failed: ${inShort(error)}`, {
    type: 'UActorWarning',
    code: 'UACTOR_SHUTDOWN_HOOK',
  });
}
