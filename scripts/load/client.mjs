/** The process of `scene.mjs` for one client, or many: `client.mjs NAME PLACE`, the place as JSON. */
import { createHash } from 'node:crypto';
import { Loaded, usage } from '#fixtures/loaded.js';
import { callOptions, release } from 'uactor';
import { MIB, percentile } from './figures.mjs';

const [, , name, text] = process.argv;
const { address, options } = JSON.parse(text);
/** Each with its own connection: otherwise the clients of one process share one. */
const connect = () => Patient.connect(address, { ...options, ownConnection: true });
/** The maximum number of calls in progress per client, or of connections being opened per process. */
const WINDOW = 16;
const DECILES = 10;
/** A busy machine must not fail the clients. */
const Patient = Loaded.with({ limits: { handshakeMs: 60_000, maxMessageBytes: 256 * MIB }, keepAlive: 60_000 });
/** The number of workers of `mixed` in one process. */
const MIXED_AT_A_TIME = 4;
/** Connections that stay open between tasks. */
let actors = [];
/** The peak memory of this process before its first large message, in KiB. */
let started = 0;

/** Every kind of call; each resolves to its number of calls, and throws when a reply is wrong. */
const KINDS = {
  async small(actor, number) {
    for (let call = 0; call < 20; call++) expectEqual(await actor.echo(number + call), number + call);
    return 20;
  },
  async structure(actor, number) {
    const value = Array.from({ length: 50 }, (_, row) => ({
      row,
      number,
      at: new Date(row),
      tags: new Set([`${row}`]),
    }));
    const answer = await actor.echo(value);
    expectEqual(answer.at(-1).tags.has('49') && answer[7].number, number);
    return 1;
  },
  async bytes(actor, number) {
    const answer = await actor.echo(new Uint8Array(200_000).fill(number));
    expectEqual(answer.length === 200_000 && answer.at(-1), number % 256);
    return 1;
  },
  async callback(actor, number) {
    expectEqual(await actor.callBack(async (value) => value + 1, number), number + 1);
    return 2;
  },
  /** Read to its end, or left halfway. */
  async rows(actor, number) {
    const rows = await actor.rows(300);
    let expected = 0;
    for await (const row of rows) {
      expectEqual(row, expected++);
      if (number % 2 === 0 && row === 100) break;
    }
    release(rows);
    return 4;
  },
  /** Released, or left to the garbage collector. */
  async object(actor, number) {
    const slip = await actor.slip(`${number}`);
    expectEqual(await slip.read(), `${number}`);
    expectEqual(await actor.readSlip(slip), `${number}`);
    if (number % 2 === 0) release(slip);
    return 3;
  },
  async failure(actor, number) {
    const error = await actor.fail(`${number}`).then(String, (reason) => reason);
    expectEqual(error instanceof RangeError && error.message, `${number}`);
    return 1;
  },
  async deadline(actor) {
    const error = await callOptions(actor, { timeout: 5 })
      .never()
      .catch((reason) => reason);
    expectEqual(error?.name, 'TimeoutError');
    return 1;
  },
  async abort(actor, number) {
    const controller = new AbortController();
    const ended = callOptions(actor, { signal: controller.signal })
      .never()
      .catch((reason) => reason);
    setImmediate(() => controller.abort(number));
    expectEqual(await ended, number);
    return 1;
  },
  /** A connection of its own, opened and closed. */
  async connection(_actor, number, serializer) {
    const one = await Patient.connect(address, { ...options, serializer, ownConnection: true });
    expectEqual(await one.echo(number), number);
    release(one);
    return 1;
  },
};

function expectEqual(answer, expected) {
  if (answer !== expected) throw new Error(`the answer was ${String(answer)} instead of ${String(expected)}`);
}

/** Runs `each` for 0 to `count` - 1, with this many at a time, in order. */
async function windowed(count, each) {
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(WINDOW, count) }, async () => {
      while (next < count) await each(next++);
    }),
  );
}

/** Returns bytes that differ by seed and by position. */
function patternOf(length, seed) {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 64) bytes.writeUInt32LE((at + seed * 2_654_435_761) >>> 0, at);
  return bytes;
}

const TASKS = {
  /** Makes this many calls over one connection. Returns the p99 of each tenth of them, in milliseconds. */
  async calls({ from, count }) {
    actors = actors.length > 0 ? actors : [await connect()];
    const [actor] = actors;
    const took = new Float64Array(count);
    await windowed(count, async (index) => {
      const number = from + index + 1;
      const startedAt = performance.now();
      const answer = await actor.mark(name, number);
      took[index] = performance.now() - startedAt;
      if (answer !== number) throw new Error(`call ${number} was answered with ${answer}`);
    });
    return Array.from({ length: DECILES }, (_, tenth) =>
      percentile(took.subarray((count * tenth) / DECILES, (count * (tenth + 1)) / DECILES), 0.99),
    );
  },

  /** Requests this many replies at once, and reads them at this many bytes a second. */
  async readSlowly({ replies, bytes, bytesPerSecond }) {
    actors = actors.length > 0 ? actors : [await connect()];
    const pause = new Int32Array(new SharedArrayBuffer(4));
    let read = 0;
    await Promise.all(
      Array.from({ length: replies }, async () => {
        const { length } = await actors[0].bytes(bytes);
        read += length;
        // Nothing is read meanwhile: slow in the same way over every transport.
        Atomics.wait(pause, 0, 0, (bytes / bytesPerSecond) * 1000);
      }),
    );
    return read;
  },

  /** Sends a large message to be echoed. Returns whether it is unchanged, and how long that took. */
  async sendLarge({ bytes }) {
    actors = actors.length > 0 ? actors : [await connect()];
    started = process.resourceUsage().maxRSS;
    const sent = patternOf(bytes, 1);
    const startedAt = performance.now();
    const answer = await actors[0].echo(sent);
    const ms = performance.now() - startedAt;
    return { same: Buffer.compare(sent, answer) === 0, ms };
  },

  /**
   * Sends pieces that the actor adds to one checksum. Returns whether it is correct, how long that took, and how much memory
   * grew.
   */
  async sendPieces({ pieces, bytes }) {
    const expected = createHash('sha256');
    const startedAt = performance.now();
    await windowed(pieces, async (number) => {
      const piece = patternOf(bytes, number);
      expected.update(piece);
      await actors[0].digest(piece);
    });
    const ms = performance.now() - startedAt;
    const rise = (process.resourceUsage().maxRSS - started) * 1024;
    return { same: (await actors[0].digested()) === expected.digest('hex'), ms, rise };
  },

  /** Calls one at a time for this many milliseconds. Returns the duration of each. */
  async latencies({ ms }) {
    actors = actors.length > 0 ? actors : [await connect()];
    const took = [];
    for (const end = performance.now() + ms; performance.now() < end; ) {
      const startedAt = performance.now();
      await actors[0].tally();
      took.push(performance.now() - startedAt);
    }
    return took;
  },

  /** Opens this many connections, a few at a time or all at once. Returns why some failed, and how long each took. */
  async open({ count, atOnce }) {
    const failures = [];
    const took = [];
    const one = async () => {
      const startedAt = performance.now();
      try {
        actors.push(await connect());
        took.push(performance.now() - startedAt);
      } catch (error) {
        failures.push(String(error));
      }
    };
    if (atOnce) await Promise.all(Array.from({ length: count }, one));
    else await windowed(count, one);
    return { failures, took };
  },

  /** Calls over every connection at once, this many times. Returns the duration of each call. */
  async callAll({ times, from }) {
    const took = [];
    for (let time = 1; time <= times; time++) {
      await Promise.all(
        actors.map(async (actor, index) => {
          const startedAt = performance.now();
          await actor.mark(`${name}.${index}`, from + time);
          took.push(performance.now() - startedAt);
        }),
      );
    }
    return took;
  },

  /** Makes calls of every kind for this long, several at a time. Returns their number. */
  async mixed({ ms, serializer }) {
    actors = actors.length > 0 ? actors : [await Patient.connect(address, { ...options, serializer })];
    const [actor] = actors;
    const kinds = Object.values(KINDS);
    let calls = 0;
    let number = 0;
    const endAt = performance.now() + ms;
    await Promise.all(
      Array.from({ length: MIXED_AT_A_TIME }, async () => {
        while (performance.now() < endAt) {
          const mine = number++;
          calls += await kinds[mine % kinds.length](actor, mine, serializer);
        }
      }),
    );
    return calls;
  },

  usage,
  memory: () => process.memoryUsage.rss(),
};

async function run({ task, argument }) {
  try {
    process.send({ result: await TASKS[task](argument) });
  } catch (error) {
    process.send({ error: error instanceof Error ? error.stack : String(error) });
  }
}

process.on('message', (message) => void run(message));
process.once('disconnect', () => process.exit());
process.send({ result: 'ready' });
