import { inspect } from 'node:util';
import { keepAliveMs, limitsOf, shutdownTimeoutMs } from '../../declaration/actor-options.ts';
import { MAX_TIMER_MS } from '../../seam/call-options.ts';
import { CLIENT_CONTROL, OWNER_CONTROL, OwnerControl } from '../../runtime/process-control.ts';
import { type Declaration, readDeclaration } from '../../declaration/declaration.ts';
import { ProxyError, SerializerError } from '../../seam/errors.ts';
import type { ActorRole, Ancestry } from '../../runtime/actor-role.ts';
import { Runtime } from '../../runtime/runtime.ts';
import { aroundBy } from '../../references/around-call.ts';
import { limitsFor } from '../../seam/limits.ts';
import { refused } from '../../references/current-call.ts';
import { type ActorLease, leased, takeLease } from '../../references/lease.ts';
import { FUNCTION_EXPOSURE } from '../../references/exposure.ts';
import type { ObjectEntry } from '../../references/object-table.ts';
import { hasSerializer, loadSerializer, serializerName } from '../../runtime/registry.ts';
import type { Farewell } from '../../session/session-terms.ts';
import { Session } from '../../session/session.ts';
import { connectionLostError } from '../../session/session-life.ts';
import type { Connection, Receiver } from '../../seam/transport.ts';
import { actorTypeids, type TypeidTable } from '../../declaration/typeid-table.ts';
import { ActorLife, FAREWELL_MS, inShort, reportHookError, endOwnActors } from './actor-life.ts';
import type { BootMessage } from '../owner/boot-message.ts';
import { withDeadline } from '../../references/waiting.ts';
import { importFailure } from './import-failure.ts';
import { ImportScope } from './import-scope.ts';
import { StartOutput } from './start-output.ts';
import { UsedOutput } from './used-output.ts';
import { isFile } from '../../declaration/is-file.ts';
import { demandActorClass, type ExportedClass, findClass } from '../../declaration/find-class.ts';
import { delay, process, setImmediate } from '../../seam/environment.ts';

/** How long the hook may take after the owner's death, in milliseconds: a second after it, no actor may be left. */
const ORPHAN_GRACE_MS = 800;

/** The outcome of importing the module. */
type Imported = { readonly actorClass: ExportedClass; readonly declaration: Declaration } | { readonly error: unknown };

/** The actor's side of its process: starts it, keeps it alive while it is needed, and ends it. */
export class ActorRuntime implements ActorRole {
  readonly name: string;
  readonly ancestry: Ancestry;
  typeids: TypeidTable = actorTypeids({});
  readonly inspectable: boolean;
  readonly #boot: BootMessage;
  readonly #load: (module: string) => Promise<object>;
  readonly #scope: ImportScope;
  /** Calls arrive over accepted sessions, and over sessions to actors that received this actor's proxy. */
  readonly #life = new ActorLife(() => Runtime.current.sessions);
  /** Created before {@link StartOutput}, which restores what it finds. */
  readonly #output = new UsedOutput();
  #owner: Session | undefined;
  #imported: Imported | undefined;
  #stopping = false;
  #leased = false;
  /** A field rather than a method, because every call reads it. */
  refusal: ActorRole['refusal'] = undefined;
  #finishing: Promise<void> | undefined;
  #leaving = false;
  #checking = false;

  /** @param load - Imports a module by its URL. */
  constructor(boot: BootMessage, load: (module: string) => Promise<object>, scope: ImportScope = new ImportScope()) {
    this.#boot = boot;
    this.#scope = scope;
    this.#load = load;
    this.name = boot.name;
    this.inspectable = boot.options.inspectable ?? false;
    this.ancestry = {
      lineage: [...boot.lineage, boot.module],
      program: boot.program,
      get importing() {
        return scope.importing;
      },
      get leftByImport() {
        return scope.entered;
      },
    };
  }

  get entry(): ObjectEntry | undefined {
    return this.#life.entry;
  }

  get ready(): Promise<ObjectEntry> {
    return this.#life.ready;
  }

  /** Starts the process: imports the class, listens, and opens the session with the owner, which then requests the actor. */
  async run(connection: Connection, attach: (receiver: Receiver) => void): Promise<void> {
    // Registered before other listeners for uncaught errors: the next one ends the sessions, and with them the kept output.
    const starting = new StartOutput(connection);
    this.#starting = starting;
    this.#obeyTheOwnerOnly();
    const runtime = Runtime.current;
    const { serializer: name, otherSerializers: otherNames, options } = this.#boot;
    // Registered before the module's exit handlers, which may take long, so that calls reject first.
    process.on('exit', () => this.#sayExit());
    // A built-in serializer is loaded in parallel with the module, which may still replace it or register its own.
    const [imported] = await Promise.all([this.#import(), hasSerializer(name) ? loadSerializer(name) : undefined]);
    this.#imported = imported;
    const [serializer, otherSerializers] = await Promise.all([
      loadSerializer(name),
      Promise.all(otherNames.map((other) => loadSerializer(other))),
    ]).catch((error: unknown) => this.#giveUp(starting, error));
    const limits = limitsOf(options);
    runtime.transport = options.transport ?? {};
    runtime.limits = limitsFor(limits, true);
    const plan = {
      runtime,
      serializer,
      otherSerializers,
      limits,
      keepAliveMs: keepAliveMs(options),
      redactErrors: options.redactErrors,
      typeids: this.typeids,
    };
    try {
      await this.#life.listenOn(plan, this.#boot);
    } catch (error) {
      this.#imported = { error };
    }
    const owner = new Session({
      runtime,
      connection,
      attach,
      serializer,
      limits,
      authkey: runtime.authkey,
      peer: { instance: this.#boot.owner, address: undefined, endpoints: [] },
      label: `the owner of ${this.name}`,
      control: { object: new OwnerControl(runtime, this), exposure: OWNER_CONTROL },
      peerControl: CLIENT_CONTROL,
      classOf: this.typeids.proxyClass,
      explain: (farewell, cause) => connectionLostError(`the owner of ${this.name}`, farewell, cause),
    });
    this.#owner = owner;
    starting.use(owner);
    runtime.dialer.shared.add(owner);
    this.#life.add(owner);
    owner.start();
    await owner.ended;
    if (this.#crashed) await this.#leaveAfterCrash();
    await withDeadline(this.#finish(), ORPHAN_GRACE_MS).catch(reportHookError);
    await this.#leave({ reason: 'shutdown', message: 'its owner has ended' });
  }

  /**
   * Returns the class whose module was imported.
   *
   * @throws the error of the import; no code of the class has run.
   */
  prepared(): Exclude<Imported, { readonly error: unknown }> {
    const imported = this.#imported;
    if (imported === undefined || 'error' in imported) throw refused(imported?.error);
    return imported;
  }

  /** Constructs the actor. The owner requests it once. */
  async construct(args: readonly unknown[]): Promise<ObjectEntry> {
    const { actorClass, declaration } = this.prepared();
    const entry = await this.#life.construct(actorClass, declaration, args);
    this.#starting?.ready();
    return entry;
  }

  /** After the first lease, calls start only while a lease is valid. */
  lease(lease: ActorLease): void {
    takeLease(lease);
    if (this.#leased) return;
    this.#leased = true;
    Runtime.current.around = leased(Runtime.current.around, this.name);
  }

  /**
   * Accepts no new calls, waits for those in progress, runs the actor's `shutdown` hook, shuts down the actors that this process
   * owns, and ends the process after the reply has left. The owner requests it.
   */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.refusal = (entry) => this.#refuse(entry);
    const hookMs = Math.min(ORPHAN_GRACE_MS, this.#shutdownMs / 2);
    const finished = this.#life.finishCalls(() => this.#terminations === 0 && !this.#life.hookBegun);
    try {
      await withDeadline(finished, this.#shutdownMs - hookMs);
      await this.#finish();
    } finally {
      setImmediate(() => void this.#leave({ reason: 'shutdown' }, this.#shutdownMs));
    }
  }

  #refuse({ exposure: { waits, typeid } }: ObjectEntry): Error | undefined {
    // A function that this process handed out may be needed to finish the calls in progress.
    if (waits || typeid === FUNCTION_EXPOSURE.typeid) return undefined;
    return new ProxyError(`${this.name} is shutting down and accepts no more calls: call it before the shutdown`, {
      code: 'SHUTTING_DOWN',
    });
  }

  settled(): void {
    if (
      Runtime.current.objects.held > 0 ||
      this.#checking ||
      this.#leaving ||
      this.#crashed ||
      this.entry === undefined
    )
      return;
    this.#checking = true;
    // Deferred, because a reference may be released while the next one is being written.
    setImmediate(() => {
      this.#checking = false;
      if (this.#life.busy || this.#life.hookBegun || Runtime.current.objects.held > 0) return;
      void this.#finish()
        .catch(reportHookError)
        .then(() => this.#leave({ reason: 'released' }));
    });
  }

  /** Runs the hook, which may use the actors that this process owns, and then ends them. Once. */
  #finish(): Promise<void> {
    this.#finishing ??= this.#runHookAndEndOwn();
    return this.#finishing;
  }

  async #runHookAndEndOwn(): Promise<void> {
    try {
      await this.#life.runHook();
    } finally {
      await endOwnActors();
    }
  }

  async #import(): Promise<Imported> {
    const { module, name, named, options, program } = this.#boot;
    try {
      const isProgram = program !== undefined && isFile(module, program);
      const exports = await this.#scope
        .run(() => this.#load(module), isProgram)
        .catch((error: unknown) => {
          throw importFailure(error, name, module);
        });
      const actorClass = findClass(exports, name, module);
      demandActorClass(actorClass, module, named);
      const declared = readDeclaration(actorClass);
      // A serializer given as an object is registered here; one given by name must be registered by the module.
      const { serializer, serializers = [] } = declared.options;
      for (const choice of [serializer, ...serializers]) {
        if (choice !== undefined && typeof choice !== 'string') serializerName(choice);
      }
      this.typeids = actorTypeids(declared.proxies);
      const { dial } = declared.options;
      Runtime.current.actorDialPolicy = dial;
      Runtime.current.around = aroundBy(declared.options, this.name);
      return { actorClass, declaration: { ...declared, options: { ...declared.options, ...options } } };
    } catch (error) {
      return { error };
    }
  }

  /** Ends a process that has no serializer: it can send its owner only a short message. */
  #giveUp(starting: StartOutput, error: unknown): never {
    const imported = this.#imported;
    if (imported !== undefined && 'error' in imported) {
      // A module that fails registers nothing, so its error explains the missing serializer.
      process.stderr.write(`${inspect(imported.error)}\n`);
      starting.giveUp({ reason: 'crashed', message: `its module cannot be used: ${inShort(imported.error)}` });
    }
    if (error instanceof SerializerError && error.code === 'UNKNOWN_SERIALIZER') {
      starting.giveUp({ reason: 'unknown serializer', message: error.message });
    }
    starting.giveUp({ reason: 'crashed', message: inShort(error) });
  }

  /** @param ownerMs - How long the owner may take to read the remaining messages; it may be busy. */
  async #leave(farewell: Farewell, ownerMs: number = FAREWELL_MS): Promise<void> {
    if (this.#leaving) return;
    this.#leaving = true;
    const sessions = this.#life.endSessions(farewell, (session) => (session === this.#owner ? ownerMs : FAREWELL_MS));
    await Promise.all([sessions, withDeadline(this.#life.closeListeners(), FAREWELL_MS), this.#output.left()]);
    process.exit();
  }

  get #shutdownMs(): number {
    const { shutdownTimeout } = this.#boot.options;
    return shutdownTimeoutMs(shutdownTimeout === undefined ? {} : { shutdownTimeout }) ?? MAX_TIMER_MS;
  }

  #obeyTheOwnerOnly(): void {
    const { title } = this.#boot.options;
    process.title = title ?? this.name;
    // Ctrl-C and a closed terminal reach every process of the terminal; the owner decides what happens.
    process.on('SIGINT', () => undefined);
    process.on('SIGHUP', () => undefined);
    process.on('SIGTERM', () => void this.#terminate());
    process.on('uncaughtExceptionMonitor', (error) => {
      this.#crashed = true;
      // The exit code with which Node would end the process if the module did not handle the error.
      if (process.exitCode === undefined || process.exitCode === 0) process.exitCode = 1;
      const message = inShort(error);
      const output = this.#starting?.tail;
      const farewell = { reason: 'crashed', message, ...(output && { output }) } as const;
      for (const session of this.#life.sessions) session.end(farewell);
    });
  }

  /**
   * Ends the process after an uncaught exception that the module handles itself: it gets time to report the error, but the actor
   * has crashed, because the work that threw stays unfinished.
   */
  async #leaveAfterCrash(): Promise<never> {
    await delay(ORPHAN_GRACE_MS);
    process.exit();
  }

  #sayExit(): void {
    for (const session of Runtime.current.sessions) {
      const isOwner = session === this.#owner;
      // The owner learns from the operating system how the process ended.
      session.end({ reason: 'crashed', ...(!isOwner && { message: 'its process has ended' }) });
    }
  }

  #starting: StartOutput | undefined;
  #terminations = 0;
  #crashed = false;

  async #terminate(): Promise<void> {
    this.#terminations++;
    if (this.#terminations === 1) {
      await this.#life.closeListeners();
      // Before the actor is constructed there is nothing to clean up.
      if (this.entry) await this.#windUp().catch(reportHookError);
    }
    await this.#leave({ reason: 'shutdown', message: 'it was terminated' });
  }

  /** Waits for the calls in progress, then runs the hook, even if they do not end in time. */
  async #windUp(): Promise<void> {
    const finished = this.#life.finishCalls(() => this.#terminations === 1);
    const calls = this.#stopping ? 'late' : await withDeadline(finished, this.#shutdownMs);
    if (calls !== 'late') await withDeadline(this.#finish(), this.#shutdownMs);
    // A hook that has already begun has had its time: it may be the cause of the delay.
    else if (!this.#life.hookBegun) await withDeadline(this.#finish(), ORPHAN_GRACE_MS);
  }
}
