/** The process of `scene.mjs` that plays one client, or many: `client.mjs NAME PLACE`, the place as JSON. */
import { Loaded } from '#fixtures/loaded.js';
import { percentile } from './figures.mjs';

const [, , name, text] = process.argv;
const { address, options } = JSON.parse(text);
const connect = () => Loaded.connect(address, options);
/** How many calls of one client, or connections of one process that are being made, are under way at a time. */
const WINDOW = 16;
const DECILES = 10;
/** Connections that are kept open from one task to the next. */
let actors = [];

/** Runs `each` for 0 to `count` - 1, so many at a time, in order. */
async function windowed(count, each) {
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(WINDOW, count) }, async () => {
      while (next < count) await each(next++);
    }),
  );
}

const TASKS = {
  /** Makes so many calls over one connection. Returns the p99 of each tenth of them, in milliseconds. */
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

  /** Asks for so many replies at once, and reads them at so many bytes a second. */
  async readSlowly({ replies, bytes, bytesPerSecond }) {
    actors = actors.length > 0 ? actors : [await connect()];
    const pause = new Int32Array(new SharedArrayBuffer(4));
    let read = 0;
    await Promise.all(
      Array.from({ length: replies }, async () => {
        const { length } = await actors[0].bytes(bytes);
        read += length;
        // Nothing is read meanwhile: the way to be slow over every transport alike.
        Atomics.wait(pause, 0, 0, (bytes / bytesPerSecond) * 1000);
      }),
    );
    return read;
  },

  /** Calls one at a time until told so many milliseconds have gone by. Returns how long each took. */
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

  /** Opens so many connections, a few at a time or all at once. Returns why some failed, and how long each took. */
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

  /** Has every connection called once, all under way together, so many times. Returns how long each call took. */
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
