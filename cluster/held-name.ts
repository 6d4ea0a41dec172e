import { Backoff, type BackoffSpan, HostError, type KeptActor, type NameClaim } from '../index.ts';
import type { Clock } from './clock.ts';
import type { HeldLease } from './lease.ts';
import { freshNonce, keyOf, type NameRecord, type Owner, readName, sealName, writeSurely } from './records.ts';
import { type Bucket, type Entry, RevisionConflict } from './registry.ts';
import type { Seal } from './seal.ts';
import { encodeArguments } from './stored-arguments.ts';

/** The parts of its host that a held name uses. */
export interface NameContext {
  readonly names: Bucket;
  readonly seal: Seal;
  readonly clock: Clock;
  /** The life of the storage in which the name was claimed. */
  readonly storage: number;
  /** Returns the lease, if it is held at present. */
  readonly held: () => HeldLease | undefined;
  readonly holdsMs: number;
  /** Called when the host no longer has the name. */
  readonly over: (name: HeldName) => void;
}

/** The content of a record, without its nonce. */
export type NameFacts = Omit<NameRecord, 'nonce'>;

/**
 * A name that this host has for one life of its actor: from the write that claimed it, at a revision that no other host can also
 * write, to the one that releases it.
 */
export class HeldName implements NameClaim {
  readonly key: string;
  readonly #context: NameContext;
  /** The fencing token of this life. */
  readonly #epoch: string;
  #facts: NameFacts;
  #revision: number;
  #actor: KeptActor | undefined;
  #state: 'claimed' | 'running' | 'over' = 'claimed';
  #ended = false;
  /** Settles with the last write of this life. */
  #written: Promise<void> = Promise.resolve();
  #runningSince: number | undefined;
  #cancelSteady: (() => void) | undefined;

  /**
   * Writes the record, in place of that revision or as the first one.
   *
   * @throws {@link RevisionConflict} when another host was first.
   */
  static async write(context: NameContext, facts: NameFacts, replaced: number | undefined): Promise<HeldName> {
    return new HeldName(context, facts, await writeFacts(context, facts, replaced));
  }

  private constructor(context: NameContext, facts: NameFacts, revision: number) {
    this.key = keyOf(facts.name);
    this.#context = context;
    this.#facts = facts;
    this.#revision = revision;
    this.#epoch = `${context.storage}.${revision}`;
  }

  get facts(): NameFacts {
    return this.#facts;
  }

  /** The actor, when its process has been started. */
  get actor(): KeptActor | undefined {
    return this.#actor;
  }

  get running(): boolean {
    return this.#state === 'running';
  }

  async begin(actor: KeptActor, args: readonly unknown[]): Promise<void> {
    const held = this.#context.held();
    if (held?.epoch !== this.#facts.owner?.epoch || held === undefined || this.#state === 'over') throw notHeld();
    if (this.#facts.args === undefined)
      this.#facts = { ...this.#facts, args: await encodeArguments(args, this.#facts.name) };
    this.#actor = actor;
    await this.renew(held);
  }

  async done(): Promise<void> {
    const place = await this.#actor?.place();
    if (place === undefined || this.#state === 'over') throw notHeld();
    try {
      await this.#write({ ...this.#facts, place });
    } catch (error) {
      throw error instanceof RevisionConflict ? notHeld() : error;
    }
    // The actor ended meanwhile.
    if (this.#ended || this.#state !== 'claimed') throw notHeld();
    this.#state = 'running';
    const { clock } = this.#context;
    this.#runningSince = clock.monotonicMs();
    if (this.#facts.failures !== undefined)
      this.#cancelSteady = clock.after(STEADY_MS, () => void this.#forgetFailures());
  }

  /** Counts that its actor has ended, or could not be started; the next record contains the count. */
  countFailure(): void {
    const { failures = 0 } = this.#facts;
    const ranMs = this.#runningSince === undefined ? 0 : this.#context.clock.monotonicMs() - this.#runningSince;
    this.#facts = { ...this.#facts, failures: (ranMs >= STEADY_MS ? 0 : failures) + 1 };
  }

  /** A host that takes the name over later starts the actor without a delay. */
  async #forgetFailures(): Promise<void> {
    const { failures: _failures, ...facts } = this.#facts;
    // While the registry is unavailable, the old count stays there; it causes a delay of a few seconds.
    await this.#write(facts).catch(() => undefined);
  }

  /**
   * Called when the process has ended before the actor was constructed; the caller that waits for the actor receives the error.
   */
  fail(): void {
    this.#ended = true;
  }

  /** Allows the actor to begin calls under this lease. Ends the actor if the name was claimed under another lease. */
  async renew({ epoch, since }: HeldLease): Promise<void> {
    if (epoch !== this.#facts.owner?.epoch) await this.lose();
    else await this.#actor?.lease({ epoch: this.#epoch, since, forMs: this.#context.holdsMs });
  }

  async abandon(): Promise<void> {
    if (this.#state === 'claimed') await this.remove();
  }

  /** Removes the name. */
  async remove(): Promise<void> {
    this.#end();
    await this.#written;
    await this.#context.names.delete(this.key, this.#revision).catch(ignoreConflict);
  }

  /** Leaves the name without a host, so that another one can take it over. */
  async release(): Promise<void> {
    this.#end();
    const { place: _place, owner: _owner, ...facts } = this.#facts;
    await this.#write(facts).catch(ignoreConflict);
  }

  /** Keeps the name on this host, for the next life of its actor. */
  async next(owner: Owner): Promise<HeldName> {
    this.#end();
    await this.#written;
    const { place: _place, ...facts } = this.#facts;
    return await HeldName.write(this.#context, { ...facts, owner }, this.#revision);
  }

  /** Ends the actor without writing anything, because another host may have the name by now. */
  async lose(): Promise<void> {
    this.#end();
    await this.#actor?.kill();
  }

  #end(): void {
    this.#state = 'over';
    this.#cancelSteady?.();
    this.#context.over(this);
  }

  /** Writes are made one after the other, because each names the previous revision. */
  async #write(facts: NameFacts): Promise<void> {
    const writing = this.#writeAfter(this.#written, facts);
    this.#written = writing.catch(() => undefined);
    await writing;
  }

  async #writeAfter(written: Promise<void>, facts: NameFacts): Promise<void> {
    await written;
    this.#revision = await writeFacts(this.#context, facts, this.#revision);
    this.#facts = facts;
  }
}

async function writeFacts(
  { names, seal }: NameContext,
  facts: NameFacts,
  replaced: number | undefined,
): Promise<number> {
  const nonce = freshNonce();
  const value = sealName(seal, { ...facts, nonce });
  const key = keyOf(facts.name);
  return await writeSurely(
    names,
    key,
    () => (replaced === undefined ? names.create(key, value) : names.update(key, value, replaced)),
    (entry: Entry) => readName(seal, entry)?.record.nonce === nonce,
  );
}

function ignoreConflict(error: unknown): void {
  // Another host already has it.
  if (!(error instanceof RevisionConflict)) throw error;
}

/** Returns the error of a host that may have lost its lease. */
export function notHeld(): HostError {
  return new HostError(
    'this host does not hold its lease, because it could not renew it in time: the brokers are unavailable, or the host was paused',
    { code: 'LEASE_EXPIRED' },
  );
}

/** Returns the error for a name that an actor already has. */
export function taken(name: string): HostError {
  return new HostError(
    `the name '${name}' is taken in this cluster: cluster.get() returns its actor, cluster.stop() ends it`,
    {
      code: 'NAME_TAKEN',
    },
  );
}

/** The delay before an actor is restarted; each further one in a row is twice as long. */
const BACKOFF: BackoffSpan = { initialMs: 100, maxMs: 10_000 };

/** The running time after which a start counts as successful, in milliseconds. */
const STEADY_MS = 5_000;

/** Returns how long hosts wait before they try a name whose actor has failed this often in a row, on any of them. */
export function restartDelayMs(failures = 0): number {
  return failures === 0 ? 0 : Backoff.delayMs(BACKOFF, failures - 1);
}

/** The restarts that failed on one host. */
export class Restarts {
  /** The reason in the last warning, by name. */
  readonly #warned = new Map<string, string>();

  /** Warns that a start has failed; once for the same reason, however often it occurs. */
  failed(key: string, text: string): void {
    if (this.#warned.get(key) === text) return;
    this.#warned.set(key, text);
    process.emitWarning(text, 'UActorWarning', 'UACTOR_NOT_RESTARTED');
  }

  /** Whether the last start on this host failed. */
  failedHere(key: string): boolean {
    return this.#warned.has(key);
  }

  forget(key: string): void {
    this.#warned.delete(key);
  }
}
