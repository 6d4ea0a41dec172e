import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../core/seam/limits.ts';
import { ReceiverCredit, SenderCredit } from '../../core/session/flow-control.ts';
import { Kind, LENGTH_BYTES } from '../../core/session/message.ts';
import { Outbox } from '../../core/session/outbox.ts';
import { superjson } from '../../serializers/superjson/index.ts';
import { everyInterleaving, type Model, type Step } from './interleavings.ts';
import { StepConnection } from './peer-pair.ts';
import { someShare } from '../support/some-share.ts';

const NAMES = new Map(Object.entries(Kind).map(([name, kind]): [number, string] => [kind, name]));
const HIGH_WATER_BYTES = 120;
const CODEC = superjson.open({
  extensions: { replace: () => undefined, revive: () => undefined },
  maxDepth: 10,
  maxNodes: 1_000,
});

/** Messages of every kind are written, while the connection accepts any number of bytes at any time. */
class OutboxModel implements Model {
  readonly #connection = new StepConnection('the outbox', 100);
  readonly #outbox: Outbox;
  readonly #todo: Step[];
  /** The values in the order in which they were written, and the releases of the references that they use. */
  readonly #expected: string[] = [];
  readonly #arrived: string[] = [];
  #staged = 0;
  #rooms = 0;

  constructor() {
    const staging = { staged: true, commit: () => this.#staged++, abort: () => undefined };
    const limits = { ...DEFAULT_LIMITS, highWaterBytes: HIGH_WATER_BYTES };
    const reader = { room: () => this.#rooms++ >= 0, tooSlow: () => expect.fail('nobody is slow here') };
    this.#outbox = new Outbox(this.#connection, CODEC, staging, limits, someShare(), reader);
    // The model always waits for room.
    this.#outbox.roomWanted = true;
    this.#connection.open({
      data: () => undefined,
      drained: () => this.#outbox.drained(),
      closed: () => undefined,
    });
    this.#todo = [
      {
        name: 'a call is written',
        run: () => this.#value('CALL', () => this.#outbox.call(1, 1, 0, 0, ['x'.repeat(40)])),
      },
      {
        name: 'a reply is written',
        run: () => this.#value('RESULT', () => this.#outbox.reply(Kind.RESULT, 2, this.#withGetter())),
      },
      { name: 'a credit is written', run: () => this.#outbox.credit(7) },
      { name: 'a reference is given back', run: () => this.#outbox.release(1, 1) },
    ];
  }

  steps(): readonly Step[] {
    const steps = this.#todo.map((step, index) => ({
      name: step.name,
      run: () => (this.#todo.splice(index, 1), step.run()),
    }));
    if (this.#connection.loaded) steps.push({ name: 'the connection takes some', run: () => this.#deliver() });
    if (this.#connection.owesDrained) {
      steps.push({ name: 'the connection has room', run: () => this.#connection.tellDrained() });
    }
    return steps;
  }

  check(): void {
    const { bytesQueued } = this.#outbox;
    expect(this.#outbox.busy).toBe(false);
    // Messages sent ahead also take up room, but are not values.
    if (bytesQueued > HIGH_WATER_BYTES) expect(this.#outbox.hasRoom).toBe(false);
    if (bytesQueued + 60 <= HIGH_WATER_BYTES) expect(this.#outbox.hasRoom).toBe(true);
    // The values arrived in the order in which they were written.
    const values = this.#arrived.filter((kind) => kind === 'CALL' || kind === 'RESULT');
    expect(values).toEqual(this.#expected.slice(0, values.length));
    // A release never overtakes a use that was written before it.
    const release = this.#arrived.indexOf('RELEASE');
    if (release >= 0) expect(this.#arrived.slice(0, release)).toEqual(expect.arrayContaining([...this.#before]));
  }

  end(): void {
    expect(this.#outbox.bytesQueued).toBe(0);
    expect(this.#outbox.full).toBe(false);
    expect(this.#outbox.hasRoom).toBe(true);
    expect(this.#rooms).toBeGreaterThan(0);
    expect(this.#staged).toBe(2);
    // The serializer may read the getter more than once.
    const sent = this.#arrived.filter((kind) => kind !== 'PONG').toSorted();
    expect(sent).toEqual(['CALL', 'CREDIT', 'RELEASE', 'RESULT']);
    expect(this.#arrived).toContain('PONG');
  }

  /** The messages written before the reference was released. */
  #before: readonly string[] = [];

  #value(kind: string, write: () => void): void {
    this.#expected.push(kind);
    write();
    if (this.#todo.some(({ name }) => name === 'a reference is given back')) this.#before = [...this.#expected];
  }

  /** Returns a value whose encoding creates a message that is sent ahead. */
  #withGetter(): object {
    const outbox = this.#outbox;
    return {
      get x() {
        outbox.text(Kind.PONG);
        return 'y'.repeat(30);
      },
    };
  }

  #deliver(): void {
    const bytes = this.#connection.take() ?? Buffer.alloc(0);
    for (let at = 0; at < bytes.length; at += LENGTH_BYTES + bytes.readUInt32LE(at)) {
      this.#arrived.push(NAMES.get(bytes[at + LENGTH_BYTES] ?? 0) ?? 'UNKNOWN');
    }
  }
}

test('an outbox loses nothing, keeps the order and its budget, in every order of writes and room', async () => {
  const { runs, taken } = await everyInterleaving(() => new OutboxModel());
  expect(runs).toBeGreaterThan(100);
  expect(taken.get('the connection has room')).toBeGreaterThan(0);
});

const SIZES = [50, 10, 200, 30];

/** The two ends of a credit, and the messages in transit between them. */
class CreditModel implements Model {
  readonly #sender = new SenderCredit();
  readonly #receiver: ReceiverCredit;
  readonly #todo = [...SIZES];
  readonly #calls: number[] = [];
  readonly #waiting: number[] = [];
  readonly #credits: number[] = [];
  readonly #creditBytes: number;
  readonly #lossy: boolean;
  #startedBytes = 0;
  #returnedBytes = 0;

  constructor(creditBytes: number, lossy = false) {
    this.#creditBytes = creditBytes;
    this.#lossy = lossy;
    this.#sender.announced(creditBytes);
    this.#receiver = new ReceiverCredit(creditBytes, (bytes) => this.#credits.push(bytes));
  }

  steps(): readonly Step[] {
    const steps: Step[] = [];
    const [call] = this.#todo;
    if (call !== undefined && this.#sender.open) {
      const send = (): void => {
        this.#todo.shift();
        this.#sender.use(call);
        this.#calls.push(call);
      };
      steps.push({ name: 'a call is sent', run: send });
    }
    if (this.#calls.length > 0) steps.push({ name: 'a call arrives', run: () => this.#arrive() });
    if (this.#waiting.length > 0) steps.push({ name: 'a call is started', run: () => this.#start() });
    if (this.#credits.length > 0) steps.push({ name: 'a credit arrives', run: () => this.#giveBack() });
    return steps;
  }

  check(): void {
    const underWay = [...this.#calls, ...this.#waiting].reduce((sum, bytes) => sum + bytes, 0);
    expect(underWay).toBeLessThan(this.#creditBytes + Math.max(...SIZES));
    expect(this.#returnedBytes).toBeLessThanOrEqual(this.#startedBytes);
  }

  end(): void {
    if (this.#todo.length > 0) throw new Error(`${this.#todo.length} calls are never sent`);
    expect(this.#sender.open).toBe(true);
    expect(this.#startedBytes - this.#returnedBytes).toBeLessThan(this.#creditBytes / 2);
  }

  #arrive(): void {
    const bytes = this.#calls.shift() ?? 0;
    expect(this.#receiver.arrived(bytes)).toBe(true);
    this.#waiting.push(bytes);
  }

  #start(): void {
    const bytes = this.#waiting.shift() ?? 0;
    this.#startedBytes += bytes;
    this.#receiver.started(bytes);
  }

  #giveBack(): void {
    const bytes = this.#credits.shift() ?? 0;
    this.#returnedBytes += bytes;
    if (!this.#lossy) expect(this.#sender.giveBack(bytes)).toBe(true);
  }
}

test.each([1, 50, 120])('a credit of %d bytes is never exceeded and never runs dry, in every order', async (bytes) => {
  const { taken } = await everyInterleaving(() => new CreditModel(bytes));
  expect(taken.get('a call is sent')).toBeGreaterThan(0);
});

test('the model of the credit notices when what is given back is lost', async () => {
  await expect(everyInterleaving(() => new CreditModel(50, true))).rejects.toThrow('calls are never sent');
});
