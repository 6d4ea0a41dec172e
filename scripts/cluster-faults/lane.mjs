/** One cluster at the brokers: hosts, callers, and the wires from them to the brokers. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { release } from 'uactor';
import { Cluster } from 'uactor/cluster';
import { Clustered } from '#fixtures/clustered.js';
import { Link } from '../chaos/link.mjs';
import { lifeOf, nowMs } from './ledger.mjs';

const authkey = 'a key of more than sixteen bytes';

const HOSTS = 3;
const NAMES = 3;

/** The number of callers of each name, each with one call at a time, and the pause between their calls. */
const CALLERS = 2;
const PAUSE_MS = 40;

/** How long a certain event may take, in milliseconds. It only ends a run that hangs. */
const PATIENCE_MS = 120_000;

/** Where hosts and their actors listen: also for direct calls, or only at the brokers. */
const ROUTES = {
  direct: () => ({ addresses: ['tcp://127.0.0.1:0'] }),
  relayed: (namespace) => ({ addresses: [], actorAddresses: [`nats://${namespace}/${namespace}`] }),
};
export const ROUTE_NAMES = Object.keys(ROUTES);

export const pause = (ms) => new Promise((go) => setTimeout(go, ms));

/** Resolves to the first value of `check` that is not `undefined`. */
export async function eventually(what, check) {
  const endAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await check();
    if (found !== undefined) return found;
    if (performance.now() > endAt) throw new Error(`this took too long: ${what}`);
    await pause(10);
  }
}

/** The wires of one process to all brokers. */
class Wires {
  static async to(ports) {
    const wires = new Wires();
    wires.links = ports.map((port) => new Link(() => ({ host: '127.0.0.1', port })));
    const listening = await Promise.all(wires.links.map((link) => link.listen({ host: '127.0.0.1', port: 0 })));
    wires.servers = listening.map(({ port }) => `127.0.0.1:${port}`);
    return wires;
  }

  /** Drops everything without notice. */
  lose() {
    for (const link of this.links) link.lose();
  }

  heal() {
    for (const link of this.links) link.heal();
  }

  async close() {
    await Promise.all(this.links.map((link) => link.close()));
  }
}

export class Lane {
  names = Array.from({ length: NAMES }, (_, index) => `name-${index}`);
  calls = [];
  deaths = [];
  /** The times between kills of actors and the rejections of calls in progress. */
  heardMs = [];
  /** The times from the loss of a host until the others deleted its lease; the rest of a recovery is the start of the actors. */
  noticedMs = [];
  hosts = new Map();
  /** @readonly */
  #acknowledged = new Map();
  /** @readonly */
  #proxies = new Map();
  /** @readonly */
  #callers = [];
  #calling = false;
  #made = 0;
  #started = 0;

  static async open(route, { brokers, ttlMs, folder }) {
    const lane = new Lane();
    Object.assign(lane, { route, brokers, ttlMs, folder: join(folder, route), namespace: `faults-${route}` });
    mkdirSync(lane.folder, { recursive: true });
    lane.ledgers = new Map(lane.names.map((name) => [name, join(lane.folder, name)]));
    lane.wires = await Wires.to(brokers.ports);
    try {
      // Brokers that have just met refuse to replicate records to all of them.
      lane.cluster = await eventually(`${route}: the brokers keep records`, () =>
        Cluster.connect(lane.#connectOptions(lane.wires)).catch(() => undefined),
      );
      // Used for inspection when the wires of the callers are cut.
      lane.outside = await Cluster.connect({ ...lane.#connectOptions(brokers), brokers: `${lane.namespace}-outside` });
      lane.outside.on('death', (death) => lane.deaths.push({ ...death, atMs: nowMs() }));
      await Promise.all(Array.from({ length: HOSTS }, () => lane.startHost()));
      await Promise.all(lane.names.map((name) => lane.#startActor(name)));
      return lane;
    } catch (error) {
      await lane.close();
      throw error;
    }
  }

  /** The streams of its records. */
  get streams() {
    return ['hosts', 'names'].map((kind) => `KV_ua_${this.namespace}_${kind}`);
  }

  #connectOptions({ servers }) {
    return {
      servers,
      namespace: this.namespace,
      brokers: this.namespace,
      authkey,
      ttl: this.ttlMs,
      replicas: this.brokers.count,
    };
  }

  /** Starts a host in its own process; resolves when it has joined. */
  async startHost() {
    const id = `host-${++this.#started}`;
    const wires = await Wires.to(this.brokers.ports);
    const serve = {
      modules: [resolve('build/fixtures/clustered.js')],
      id,
      slots: 2 * NAMES,
      ...ROUTES[this.route](this.namespace),
    };
    const log = openSync(join(this.folder, 'hosts.log'), 'a');
    const child = spawn(
      process.execPath,
      [
        resolve('build/fixtures/programs/cluster-host.js'),
        JSON.stringify(this.#connectOptions(wires)),
        JSON.stringify(serve),
      ],
      { stdio: ['ignore', 'pipe', log], env: { ...process.env, TMPDIR: this.folder } },
    );
    closeSync(log);
    const host = { id, child, wires, ended: once(child, 'exit') };
    this.hosts.set(id, host);
    const said = once(child.stdout.setEncoding('utf8'), 'data');
    const failed = host.ended.then(() => Promise.reject(new Error(`${id} ended while it started: see ${this.folder}`)));
    await Promise.race([said, failed]);
    failed.catch(() => undefined);
    return host;
  }

  /** Waits for the end of a host's process that was already ended. */
  async forgetHost({ id, ended, wires }) {
    await ended;
    this.hosts.delete(id);
    await wires.close();
  }

  async #startActor(name) {
    this.#proxies.set(
      name,
      await this.cluster.spawn(Clustered.with({ restart: 'always' }), name, this.ledgers.get(name)),
    );
  }

  /** Starts calling every name, and forgets earlier calls. */
  startCalls() {
    this.calls = [];
    this.#calling = true;
    for (const name of this.names) {
      this.#acknowledged.set(name, []);
      for (let caller = 0; caller < CALLERS; caller++) this.#callers.push(this.#callOn(name, this.#proxies.get(name)));
    }
  }

  async #callOn(name, proxy) {
    while (this.#calling) {
      await this.call(name, (id) => proxy.count(id));
      await pause(PAUSE_MS);
    }
  }

  /** Makes one call, and records its outcome. */
  async call(name, make) {
    const call = { id: `${this.route}-${this.#made++}`, name, sentMs: nowMs() };
    this.calls.push(call);
    try {
      const { epoch } = await make(call.id);
      Object.assign(call, { outcome: 'acknowledged', epoch, settledMs: nowMs() });
      this.#acknowledged.get(name).push(call);
    } catch (error) {
      Object.assign(call, { outcome: 'failed', executed: error.executed, error, settledMs: nowMs() });
    }
  }

  /** Makes a call to which the actor never replies; the result is a promise of the time when it rejects. */
  async callUnderWay(name) {
    const proxy = this.#proxies.get(name);
    const rejected = proxy.after(PATIENCE_MS).then(
      () => Promise.reject(new Error(`${this.route}: the actor of ${name} was killed and answers`)),
      () => nowMs(),
    );
    rejected.catch(() => undefined);
    // Sent after it, over the same connection.
    await proxy.count('');
    return { rejected };
  }

  proxyOf(name) {
    return this.#proxies.get(name);
  }

  /** Returns the host that has a name, and the process of its actor. */
  async ownerOf(name) {
    return await eventually(`${this.route}: ${name} runs`, async () => {
      const named = await this.outside.names().catch(() => []);
      const actor = named.find((each) => each.name === name);
      const host = this.hosts.get(actor?.host);
      return actor?.state === 'running' && host !== undefined ? { host, pid: actor.pid } : undefined;
    });
  }

  /** Returns the names of a host. */
  async namesOf({ id }) {
    return (await this.outside.names()).filter(({ host }) => host === id).map(({ name }) => name);
  }

  /** Returns the life that answered last. */
  lifeOf(name) {
    const last = this.#acknowledged.get(name).at(-1);
    return last === undefined ? 0 : lifeOf(last.epoch);
  }

  /** Returns when a later life than that one first answered. */
  async answeredAfter(name, life) {
    const { settledMs } = await eventually(`${this.route}: another life of ${name} answers`, () =>
      this.#acknowledged.get(name).findLast(({ epoch }) => lifeOf(epoch) > life) === undefined
        ? undefined
        : this.#acknowledged.get(name).find(({ epoch }) => lifeOf(epoch) > life),
    );
    return settledMs;
  }

  /** Resolves when every name has answered a new call, and all hosts hold their leases. */
  async settled() {
    const from = nowMs();
    await Promise.all(
      this.names.map((name) =>
        eventually(`${this.route}: ${name} answers`, () => {
          const last = this.#acknowledged.get(name).at(-1);
          return last !== undefined && last.sentMs > from ? last : undefined;
        }),
      ),
    );
    await eventually(`${this.route}: all hosts are there`, async () => {
      const hosts = await this.outside.hosts().catch(() => []);
      return hosts.length === this.hosts.size ? hosts : undefined;
    });
  }

  /** Returns the longest time after that moment for which the callers of a name had no reply. */
  longestWait(name, fromMs) {
    let longestMs = 0;
    let sinceMs = fromMs;
    for (const { settledMs } of this.#acknowledged.get(name)) {
      if (settledMs <= fromMs) continue;
      longestMs = Math.max(longestMs, settledMs - sinceMs);
      sinceMs = settledMs;
    }
    return longestMs;
  }

  /** Ends the calls; those in progress get time to settle. */
  async endCalls() {
    this.#calling = false;
    const late = new Promise((go) => setTimeout(go, PATIENCE_MS).unref());
    await Promise.race([Promise.all(this.#callers.splice(0)), late]);
  }

  async close() {
    this.#calling = false;
    for (const proxy of this.#proxies.values()) release(proxy);
    for (const { child } of this.hosts.values()) {
      child.kill('SIGCONT');
      child.kill('SIGKILL');
    }
    await Promise.all([...this.hosts.values()].map((host) => this.forgetHost(host)));
    await Promise.all([this.cluster?.close(), this.outside?.close()]);
    await this.wires.close();
  }
}
