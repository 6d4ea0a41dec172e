import { callOptions, release } from '../api/proxy-functions.ts';
import { type SpawnOrder, spawnTimeoutMs } from '../declaration/actor-options.ts';
import { onAbort } from '../references/abort-listeners.ts';
import { clearTimeout, setTimeout } from '../seam/environment.ts';
import { ActorSpawnError, HostError, RemoteError, TimeoutError, UActorError } from '../seam/errors.ts';
import { ANSWER_MS, type RemoteHost, unanswered } from './ask-host.ts';
import { hostOrder } from './host-order.ts';
import type { ActorPlace } from './host-report.ts';

/** A host from which an actor is requested. */
export interface AskedHost<Met> {
  readonly actor: RemoteHost;
  readonly address: string;
  /** Connects to the actor; resolves when it has been constructed. */
  meet(place: ActorPlace): Promise<Met>;
  drop(met: Met): void;
}

/**
 * Makes a host spawn an actor within the order's `spawnTimeout`. The class's constructor runs only after this process has
 * confirmed the order, once. An attempt that fails before that leaves nothing behind and carries `executed: 'no'`, so another
 * host can be tried.
 *
 * @throws any error of the constructor; {@link HostError}; {@link TimeoutError} when the host does not reply; {@link
 * ActorSpawnError} `SPAWN_TIMEOUT`; the reason of the order's signal.
 */
export async function placeActor<Met>(host: AskedHost<Met>, order: SpawnOrder): Promise<Met> {
  const attempt = new Attempt(host, order);
  try {
    return await attempt.run();
  } catch (error) {
    throw attempt.withOutcome(error);
  } finally {
    attempt.end();
  }
}

/**
 * Converts a host's error about a process that did not start into the error of a local `spawn`, which was thrown by no method.
 */
function asOfSpawn(error: unknown): unknown {
  if (!(error instanceof RemoteError) || error.name !== ActorSpawnError.name) return error;
  const { message, code, executed, cause } = error;
  const stderr = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr : '';
  return new ActorSpawnError(message, { code, executed, stderr, cause });
}

class Attempt<Met> {
  readonly #host: AskedHost<Met>;
  readonly #order: SpawnOrder;
  readonly #given = new AbortController();
  readonly #endings: (() => void)[] = [];
  /** Whether the host has been called. Errors before that come from this process. */
  #asked = false;
  /** Whether the constructor may have run. */
  #begun = false;
  /** The error of the construction, as this process received it. */
  #failure: { readonly error: unknown } | undefined;
  #met: Met | undefined;
  #over = false;

  constructor(host: AskedHost<Met>, order: SpawnOrder) {
    this.#host = host;
    this.#order = order;
  }

  async run(): Promise<Met> {
    const { name, options } = this.#order;
    const { spawnSignal } = options;
    spawnSignal?.throwIfAborted();
    if (spawnSignal) this.#endings.push(onAbort(spawnSignal, () => this.#given.abort(spawnSignal.reason)));
    const timeoutMs = spawnTimeoutMs(options);
    this.#after(timeoutMs, (ms) => this.#given.abort(this.#late(ms)));
    const order = await hostOrder(this.#order);
    this.#demandAnswer(Math.min(ANSWER_MS, this.#order.others ? (timeoutMs ?? Infinity) / 2 : Infinity));
    using actor = callOptions(this.#host.actor, { signal: this.#given.signal });
    this.#asked = true;
    await actor.spawn(order, async (place, build) => {
      const asked = callOptions(build, { signal: this.#given.signal });
      try {
        await this.#have(place, asked);
      } finally {
        release(asked);
        release(build);
      }
    });
    if (this.#met !== undefined) return this.#met;
    throw new UActorError(`the host ${this.#host.address} spawned ${name} but did not send its address`);
  }

  /** Makes the host construct the actor, and connects to it. The host calls this when the process has started. */
  async #have(place: ActorPlace, build: (args: readonly unknown[]) => Promise<boolean>): Promise<void> {
    this.#given.signal.throwIfAborted();
    this.#begun = true;
    const meeting = this.#meet(place);
    // If construction fails, so does the connection, and the construction error says more.
    meeting.catch(() => undefined);
    try {
      this.#begun = await build(this.#order.args);
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
    if (this.#begun) await meeting;
  }

  async #meet(place: ActorPlace): Promise<void> {
    const met = await this.#host.meet(place);
    if (this.#over) this.#host.drop(met);
    else this.#met = met;
  }

  /** Fails the attempt when the host does not reply in time: construction that has not begun by then never begins. */
  #demandAnswer(withinMs: number): void {
    const asked = callOptions(this.#host.actor, { timeout: withinMs });
    void asked
      .describe()
      .catch((error: unknown) => {
        if (error instanceof TimeoutError && !this.#begun) {
          this.#given.abort(unanswered(this.#host.address, Math.round(withinMs)));
        }
      })
      .finally(() => asked[Symbol.dispose]());
  }

  #late(ms: number): ActorSpawnError {
    return new ActorSpawnError(
      `${this.#order.name} was not ready on the host ${this.#host.address} within ${Math.round(ms)} ms: its module, constructor or init() ` +
        'hangs, or the host does, or options.spawnTimeout is too short',
      { code: 'SPAWN_TIMEOUT' },
    );
  }

  #after(ms: number | undefined, act: (ms: number) => void): void {
    if (ms === undefined) return;
    const timer = setTimeout(() => act(ms), ms);
    this.#endings.push(() => clearTimeout(timer));
  }

  /** Adds to the error of an attempt whether the constructor ran, as far as this process knows. */
  withOutcome(error: unknown): unknown {
    this.#over = true;
    if (this.#met !== undefined) this.#host.drop(this.#met);
    const { spawnSignal } = this.#order.options;
    if (spawnSignal?.aborted && error === spawnSignal.reason) return error;
    const told = this.#failure === undefined ? this.#unprepared(error) : asOfSpawn(this.#failure.error);
    // An error of the constructor stays unchanged, and so does that of a request to construct which was not sent.
    const own = this.#failure === undefined || told instanceof HostError || told instanceof ActorSpawnError;
    if (own && told instanceof UActorError) told.executed = this.#begun ? 'maybe' : 'no';
    return told;
  }

  /** Handles an error of a host that has constructed nothing. After an error of the module, another host may succeed. */
  #unprepared(error: unknown): unknown {
    const told = asOfSpawn(error);
    if (!this.#asked || (told instanceof UActorError && !(told instanceof RemoteError))) return told;
    const why = told instanceof Error ? `${told.name}: ${told.message}` : String(told);
    const message = `the host ${this.#host.address} cannot build ${this.#order.name}, because its module fails there: ${why}`;
    return new ActorSpawnError(message, { cause: told });
  }

  end(): void {
    this.#over = true;
    for (const end of this.#endings) end();
  }
}
