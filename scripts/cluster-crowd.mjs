/**
 * Measures a cluster with many hosts and names: `node --import tsx scripts/cluster-crowd.mjs [--hosts 200] [--names 10000] [--ttl
 * 30000]`.
 *
 * Hosts and actors are records and subscriptions here, without processes: every host has a connection to the broker, watches all
 * others and all names, renews its lease, and claims names like a real one. It prints how long it takes to place all names, to
 * list them, to notice that a host is gone, and to move its names elsewhere.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { realClock } from '../cluster/clock.ts';
import { HostNames } from '../cluster/host-names.ts';
import { NatsRegistry } from '../cluster/nats-registry.ts';
import { readName } from '../cluster/records.ts';
import { Seal } from '../cluster/seal.ts';
import { Brokers } from './cluster-faults/brokers.mjs';
import { NEWER, natsServers } from './nats-server.mjs';

const { values } = parseArgs({
  options: {
    hosts: { type: 'string', default: '200' },
    names: { type: 'string', default: '10000' },
    ttl: { type: 'string', default: '30000' },
  },
});
const [hostCount, nameCount, ttlMs] = [values.hosts, values.names, values.ttl].map(Number);

/** The number of names claimed, and hosts joined, at a time. */
const AT_ONCE = 20;
const MODULE = 'crowd';

const namespace = 'crowd';
const seal = new Seal('a key of more than sixteen bytes', namespace);
const folder = mkdtempSync(join(tmpdir(), 'cluster-crowd-'));
const brokers = await Brokers.start(natsServers([NEWER]).get(NEWER), folder, 1);
const open = () =>
  NatsRegistry.connect({ brokers: { servers: brokers.servers }, namespace, replicas: 1, timeoutMs: 30_000 });

/** Creates an actor that has only an id. */
function actorOf(id, order) {
  const { className, module } = order;
  return {
    id,
    order,
    place: () => Promise.resolve({ id, instance: id, endpoints: [], pid: 1, className, module }),
    lease: () => Promise.resolve(),
    kill: () => Promise.resolve(),
  };
}

class CrowdHost {
  actors = 0;

  static async join(id) {
    const host = new CrowdHost();
    host.registry = await open();
    host.names = new HostNames({
      id,
      namespace,
      machine: 'none',
      registry: host.registry,
      seal,
      clock: realClock,
      ttlMs,
    });
    const slots = 3 * Math.ceil(nameCount / hostCount);
    host.names.attach({
      report: () => ({ pid: 1, modules: [MODULE], labels: {}, slots, free: slots - host.actors, draining: false }),
      place: () => ({ instance: id, endpoints: [] }),
      restore: (order, args, claim) => host.#build(order, args, claim),
      drain: () => Promise.resolve(),
    });
    host.id = id;
    await host.names.join();
    return host;
  }

  async spawn(name) {
    const order = { module: MODULE, build: 'b', className: 'Crowd', name, label: {}, serializers: [], options: {} };
    await this.#build(order, [], await this.names.claim(order));
  }

  async #build(order, args, claim) {
    this.actors++;
    await claim.begin(actorOf(`${this.id}-${this.actors}`, order), args);
    await claim.done();
  }
}

/** Calls `act` with each item, with this many at a time. */
async function each(list, act) {
  const left = list.values();
  const worker = async () => {
    for (const item of left) await act(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function timed(what, act) {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const result = await act();
  const { user, system } = process.cpuUsage(before);
  const passed = Math.round(performance.now() - startedAt);
  console.log(
    `${what}: ${passed} ms, ${Math.round((user + system) / 1_000)} ms of the processor in all hosts together`,
  );
  return result;
}

const hosts = [];
try {
  await timed(`${hostCount} hosts joined`, () =>
    each(
      Array.from({ length: hostCount }, (_, index) => `host-${index}`),
      async (id) => hosts.push(await CrowdHost.join(id)),
    ),
  );
  await timed(`${nameCount} names placed`, () =>
    each(
      Array.from({ length: nameCount }, (_, index) => index),
      (index) => hosts[index % hosts.length].spawn(`name-${index}`),
    ),
  );
  const observer = await open();
  await timed(`${hostCount} hosts listed`, () => observer.hosts.entries());
  const entries = await timed(`${nameCount} names listed`, () => observer.names.entries());
  if (entries.length !== nameCount) throw new Error(`${entries.length} names were listed`);

  const [victim] = hosts.splice(0, 1);
  const lost = new Set(
    entries
      .map((entry) => readName(seal, entry).record)
      .filter(({ owner }) => owner.host === victim.id)
      .map(({ name }) => name),
  );
  const died = new Promise((heard) => {
    observer.subscribe('death', (id) => {
      if (id === victim.id) heard();
    });
  });
  const elsewhere = new Promise((all) => {
    observer.names.watch({
      restarted: () => undefined,
      deleted: () => undefined,
      changed: (entry) => {
        const { name, owner, place } = readName(seal, entry).record;
        if (owner?.host !== victim.id && place !== undefined) lost.delete(name);
        if (lost.size === 0) all();
      },
    });
  });
  const count = lost.size;
  await timed(`a host that is gone noticed, with leases of ${ttlMs} ms`, async () => {
    await victim.registry.close();
    await died;
  });
  await timed(`its ${count} names placed elsewhere`, () => elsewhere);
} finally {
  await brokers.stop();
  rmSync(folder, { recursive: true, force: true });
}
// Hosts try to reach the broker as long as they live.
process.exit();
