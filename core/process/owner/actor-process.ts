import { capturedAddresses, privatePlace } from '../../declaration/address.ts';
import {
  type ActorOptions,
  keepAliveMs,
  limitsOf,
  listenAddresses,
  shutdownTimeoutMs,
  spawnTimeoutMs,
} from '../../declaration/actor-options.ts';
import { Authkey } from '../../trust/authkey.ts';
import { Identity } from '../../trust/identity.ts';
import { CLIENT_CONTROL, ClientControl, OWNER_CONTROL } from '../../runtime/process-control.ts';
import {
  ActorDiedError,
  ActorSpawnError,
  type Executed,
  ProxyError,
  RemoteError,
  SerializerError,
} from '../../seam/errors.ts';
import { bundle } from '../../seam/bundle.ts';
import { demandKnownRole } from '../../runtime/self-start.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { ProxyClassOf } from '../../proxy/proxy-class.ts';
import { loadSerializer, loadTransport, reservePrivateAddress } from '../../runtime/registry.ts';
import type { Serializer } from '../../seam/serializer.ts';
import type { Farewell } from '../../session/session-terms.ts';
import { type EndCause, connectionLostError } from '../../session/session-life.ts';
import { Session } from '../../session/session.ts';
import type { PrivateAddress } from '../../seam/transport.ts';
import { bootMessage, type BootPlan, encodeBootMessage } from './boot-message.ts';
import { withDeadline } from '../../references/waiting.ts';
import { waitsForDebugger } from './node-command.ts';
import { neverStarted, processStarter } from './node-process.ts';
import { describeExit, type ProcessExit, type ProcessStarter, type StartedProcess } from './started-process.ts';

/** The settings of a process and its actor. */
export interface ProcessPlan extends BootPlan {
  readonly classOf: ProxyClassOf;
}

/** The resources prepared for a process. */
interface Provisions {
  readonly serializer: Serializer;
  readonly authkey: Authkey;
  /** The addresses to listen at. */
  readonly addresses: readonly string[];
  readonly place: PrivateAddress | undefined;
}

/** How long a process may take to end after SIGTERM before it is killed, in milliseconds. */
const TERMINATION_MS = 1_000;

/**
 * How long a process may take to end after its session ended, in milliseconds. After that, its calls reject without its exit
 * status.
 */
const EXIT_MS = 2_000;

/** The same for a process whose actor was never ready: it only has to clean up its socket. */
const UNREADY_MS = 200;

/** A process that this process started for an actor, and the session with it. */
export class ActorProcess {
  readonly session: Session;
  readonly #name: string;
  readonly #options: ActorOptions;
  readonly #starter: ProcessStarter = processStarter();
  readonly #child: StartedProcess;
  readonly #exit: Promise<ProcessExit>;
  /** The end of the error output of a process that ended before its actor was ready. */
  #startOutput: string | undefined;
  /** The process's own message if it has no serializer. */
  #serializerFault: string | undefined;
  #stopping: Promise<void> | undefined;
  #terminated = false;

  /** Starts the process and opens the session; {@link ActorProcess.construct} then constructs the actor. */
  static async start(plan: ProcessPlan): Promise<ActorProcess> {
    const { runtime, options } = plan;
    if (bundle !== undefined) demandKnownRole(`${plan.name}.spawn()`);
    options.spawnSignal?.throwIfAborted();
    const authkey = options.authkey === undefined ? runtime.authkey : new Authkey(options.authkey);
    const serializer = await loadSerializer(plan.serializer);
    const given = listenAddresses(options, plan.name);
    const starter = processStarter();
    starter.prepare?.(plan.name);
    const forPrivate = privatePlace();
    const place = given.length === 0 || given.includes(forPrivate) ? await reservePrivateAddress() : undefined;
    if (place?.folder !== undefined) starter.cleanUp?.(place.folder);
    try {
      const own = place?.address ?? forPrivate;
      // Reports a missing transport before a process is started for it.
      for (const address of given) await loadTransport(address);
      const addresses = given.length === 0 ? [own] : given.map((address) => (address === forPrivate ? own : address));
      return new ActorProcess(plan, { serializer, authkey, addresses, place });
    } catch (error) {
      place?.discard();
      throw error;
    }
  }

  private constructor(plan: ProcessPlan, { serializer, authkey, addresses, place }: Provisions) {
    const { runtime, options, name } = plan;
    this.#name = name;
    this.#options = options;
    // Created here, so that this process knows the identity for certain and the new process cannot claim another one.
    const identity = Identity.create();
    const instance = identity.id;
    const seed = Buffer.from(identity.toTransfer()).toString('base64');
    // Steps that can fail come before the start: a process without its boot message would never end.
    const boot = encodeBootMessage({ ...bootMessage(plan, authkey, addresses), instance, seed });
    const child = this.#starter.start({
      name,
      options,
      serializer: plan.serializer,
      module: plan.module,
      folder: place?.folder,
    });
    this.#child = child;
    const connection = child.pipe;
    this.#exit = child.exit.finally(() => {
      place?.discard();
      // A process that a launcher left behind may hold the other end of the pipe.
      connection.end();
    });
    try {
      this.session = new Session({
        runtime,
        connection,
        attach: (receiver) => connection.open(receiver),
        serializer,
        limits: limitsOf(options),
        authkey,
        peer: { instance, address: undefined, endpoints: [] },
        label: name,
        control: { object: new ClientControl(runtime), exposure: CLIENT_CONTROL },
        peerControl: OWNER_CONTROL,
        classOf: plan.classOf,
        dial: options.dial,
        explain: (farewell) => this.#explain(farewell),
      });
    } catch (error) {
      // A serializer's open() threw. The process would wait for its boot message forever.
      child.kill('SIGKILL');
      connection.destroy();
      throw error;
    }
    runtime.dialer.shared.add(this.session);
    this.#remember(runtime, authkey);
    connection.write([boot]);
    this.session.start();
    // The process keeps this one alive only while a request to it is in progress.
    child.hold(false);
  }

  /**
   * Constructs the actor, and resolves to its proxy.
   *
   * @throws any error of the module, the constructor or `init`; {@link ActorSpawnError} when the process did not start; the
   * reason of `options.spawnSignal`; {@link SerializerError} `UNKNOWN_SERIALIZER` when only this process knows the actor's
   * serializer. After an error, the process has ended.
   */
  async construct(args: readonly unknown[]): Promise<unknown> {
    const { spawnSignal: signal } = this.#options;
    return await this.#comeUp(this.session.control('construct', args, signal && { signal }), 'maybe');
  }

  /**
   * Resolves when the process has imported its module and listens. No code of the class has run then.
   *
   * @throws the same as {@link ActorProcess.construct}; the process has ended then.
   */
  async greeted(): Promise<void> {
    await this.#comeUp(this.session.control('prepared'), 'no');
  }

  /** @param executed - Whether the constructor may have run if the process ends before it replies. */
  async #comeUp(asked: Promise<unknown>, executed: Executed): Promise<unknown> {
    const { spawnSignal: signal } = this.#options;
    const timeoutMs = spawnTimeoutMs(this.#options);
    const outcome = await withDeadline(asked, timeoutMs).catch((error: unknown) => ({ error }));
    if (outcome === 'late') {
      await this.#terminate(UNREADY_MS);
      const why = waitsForDebugger(this.#options)
        ? 'Node waits for a debugger because of --inspect-brk or --inspect-wait: attach one, remove the flag from ' +
          'options.execArgv, or raise options.spawnTimeout'
        : 'its module, constructor or init() hangs, or options.spawnTimeout is too short';
      throw new ActorSpawnError(`${this.#name} was not ready within ${timeoutMs} ms: ${why}`, {
        code: 'SPAWN_TIMEOUT',
        executed,
      });
    }
    if ('value' in outcome) return outcome.value;
    if (signal?.aborted && outcome.error === signal.reason) {
      await this.#terminate(UNREADY_MS);
      throw outcome.error;
    }
    const exit = await this.#end();
    if (outcome.error instanceof ActorDiedError) throw await this.#startFailure(exit, outcome.error, executed);
    throw importFault(outcome.error) ?? outcome.error;
  }

  /** The process id; `undefined` when the process could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resolves when the process has ended. */
  get exit(): Promise<ProcessExit> {
    return this.#exit;
  }

  /**
   * Shuts the actor down: runs its `shutdown` hook and ends the process; after `options.shutdownTimeout` with SIGTERM, and a
   * second later with SIGKILL. Resolves when the process has ended, at once if it already has.
   *
   * @throws any error of the hook, after the process has ended.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Kills the process. Resolves when it has ended. */
  async kill(): Promise<void> {
    this.#terminated = true;
    this.#child.hold(true);
    this.#child.kill('SIGKILL');
    await this.#exit;
    // The exit may be reported before the pipe closes, and a call made in between would be lost.
    if (this.session.open) await withDeadline(this.session.ended, EXIT_MS);
  }

  async #stop(): Promise<void> {
    if (!this.session.open) {
      await this.#end();
      return;
    }
    const stopping = this.session.control('stop');
    const stopped = withDeadline(stopping, shutdownTimeoutMs(this.#options)).catch((error: unknown) => ({ error }));
    const outcome = await stopped;
    // Methods that never end can use up all calls, so that the process accepts no request any more.
    const deaf = outcome !== 'late' && 'error' in outcome && isTooManyCalls(outcome.error);
    if (outcome === 'late' || deaf) await this.#terminate();
    else await this.#end();
    if (!deaf && outcome !== 'late' && 'error' in outcome && !(outcome.error instanceof ActorDiedError))
      throw outcome.error;
  }

  /** Remembers the actor's key and addresses: proxies that name them may arrive long before or after this session. */
  #remember(runtime: Runtime, authkey: Authkey): void {
    const captured = capturedAddresses(this.#options.capture, `${this.#name}.options`);
    if (this.#options.authkey === undefined && captured.length === 0) return;
    const { instance } = this.session;
    const { transport = {} } = this.#options;
    const [limits, keepAlive] = [limitsOf(this.#options), keepAliveMs(this.#options)];
    const { keyring } = runtime.dialer;
    keyring.learn(instance, captured, { authkey, address: undefined, limits, keepAliveMs: keepAlive, transport });
    void this.session.ended.then(() => keyring.forget(instance));
  }

  /** Waits for a process that is about to end, and ends it if it takes too long. */
  async #end(): Promise<ProcessExit> {
    this.#child.hold(true);
    this.session.end({ reason: 'shutdown' });
    const ended = await withDeadline(this.#exit, TERMINATION_MS);
    if (ended === 'late') await this.#terminate();
    const exit = await this.#exit;
    // The exit may be reported before the pipe closes, and no session of the process may be left here.
    await withDeadline(this.session.ended, EXIT_MS);
    return exit;
  }

  async #terminate(graceMs: number = TERMINATION_MS): Promise<void> {
    this.#child.hold(true);
    this.#child.kill('SIGTERM');
    const ended = await withDeadline(this.#exit, graceMs);
    if (ended === 'late') await this.kill();
  }

  async #startFailure(
    exit: ProcessExit,
    cause: ActorDiedError,
    executed: Executed,
  ): Promise<ActorSpawnError | SerializerError> {
    if (this.#serializerFault !== undefined) {
      const message = `the process of ${this.#name} cannot use the serializer chosen for it: ${this.#serializerFault}`;
      return new SerializerError(message, { code: 'UNKNOWN_SERIALIZER', cause });
    }
    if (exit.error !== undefined) return neverStarted(this.#name, this.#options, exit.error);
    // A process that sent nothing ended before the library's code ran, so Node itself has the reason.
    const stderr = this.#startOutput ?? (await this.#starter.diagnose(this.#options));
    const byNode = this.#startOutput === undefined && stderr !== '';
    const said = stderr === '' ? '' : `. ${byNode ? 'Node said' : 'It wrote'}:\n${stderr.trimEnd()}`;
    const isSilent = this.#startOutput === undefined && stderr === '' && exit.exitCode !== null;
    const message = `${this.#name} was not ready yet: ${cause.message}${isSilent ? endedByFlags(this.#options) : said}`;
    return new ActorSpawnError(message, { stderr, cause, executed: byNode ? 'no' : executed });
  }

  /** Describes what this process did to end the other. */
  #ownDoing(): string | undefined {
    if (this.#stopping) return ': it was shut down here, so make the calls before, or spawn another one';
    return this.#terminated ? ': it was terminated here' : undefined;
  }

  /** Explains the end of the session. Waits for the exit status, which is known after the pipe has closed. */
  async #explain(farewell: Farewell | undefined): Promise<EndCause> {
    if (farewell?.reason === 'protocol' || farewell?.reason === 'slow consumer') {
      await this.kill();
      return connectionLostError(this.#name, farewell, undefined);
    }
    this.#startOutput = farewell?.output;
    if (farewell?.reason === 'unknown serializer') this.#serializerFault = farewell.message;
    this.#child.hold(true);
    const ended = await withDeadline(this.#exit, EXIT_MS);
    const actor = this.#name;
    if (ended === 'late') {
      this.#child.hold(false);
      const message =
        `the process of ${actor} has ended its session and still runs after ${EXIT_MS} ms: an 'exit' handler blocks it, ` +
        'perhaps. terminate() ends it';
      return (executed) => new ActorDiedError(message, { executed, actor, exitCode: undefined, signal: undefined });
    }
    const exit = ended.value;
    const why = this.#ownDoing() ?? (farewell?.message === undefined ? '' : `: ${farewell.message}`);
    const message = `the process of ${actor} has ended with ${describeExit(exit)}${why}`;
    return (executed) => new ActorDiedError(message, { executed, actor, ...exit });
  }
}

/**
 * Returns the process's own error if it could not import its module, so that no code of the class has run. An error of a spawn
 * inside the constructor does not count.
 */
function importFault(error: unknown): ActorSpawnError | undefined {
  if (!(error instanceof RemoteError) || error.name !== 'ActorSpawnError' || error.executed !== 'no') return undefined;
  return new ActorSpawnError(error.message, { cause: error.cause });
}

/** Names the option that probably ended a process before it ran any code of the library. */
function endedByFlags({ launcher, execArgv = [] }: ActorOptions): string {
  if (launcher !== undefined) {
    return `: options.launcher (${launcher.join(' ')}) must start the command that follows it, and pass on descriptor 3`;
  }
  return execArgv.length === 0
    ? ''
    : `: Node ends at once because of options.execArgv (${execArgv.join(' ')}), perhaps`;
}

/** Whether a process accepts no request any more because methods that never end use up all calls. */
function isTooManyCalls(error: unknown): boolean {
  return error instanceof ProxyError && error.code === 'TOO_MANY_CALLS';
}
