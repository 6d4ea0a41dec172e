/** The faults, and from when on the names of a cluster must answer again. */
import { nowMs } from './ledger.mjs';
import { pause } from './lane.mjs';

/** How long an actor must have run so that its next restart does not count as in a row, in milliseconds. */
const STEADY_MS = 5_000;

/** The number of messages that wait for a slow reader, and their size. */
const WAITING = 16;
const WAITING_BYTES = 1024 * 1024;

/** The name whose turn it is. */
const nameOf = (lane, round) => lane.names[round % lane.names.length];

/** Waits until all of these names have answered in a later life. Returns the time from `fromMs` until the last one did. */
async function moved(lane, lives, fromMs) {
  const times = await Promise.all([...lives].map(([name, life]) => lane.answeredAfter(name, life)));
  const loss = lane.deaths.find(({ kind, atMs }) => kind === 'host' && atMs > fromMs);
  if (loss !== undefined) lane.noticedMs.push(loss.atMs - fromMs);
  return Math.max(...times) - fromMs;
}

/** Returns the names of a host, with the life of each. */
async function livesOn(lane, host) {
  return new Map((await lane.namesOf(host)).map((name) => [name, lane.lifeOf(name)]));
}

const killedAt = new WeakMap();

/** Faults of a single cluster. Each resolves to the time until the cluster served again, in milliseconds. */
export const FAULTS = {
  'actor-killed': async (lane, round) => {
    const name = nameOf(lane, round);
    const kills = killedAt.get(lane) ?? new Map();
    killedAt.set(lane, kills);
    await pause(Math.max(0, (kills.get(name) ?? -STEADY_MS) + STEADY_MS - performance.now()));
    const { pid } = await lane.ownerOf(name);
    const lives = new Map([[name, lane.lifeOf(name)]]);
    const { rejected } = await lane.callUnderWay(name);
    const from = nowMs();
    process.kill(pid, 'SIGKILL');
    const recoveryMs = await moved(lane, lives, from);
    kills.set(name, performance.now());
    lane.heardMs.push((await rejected) - from);
    return recoveryMs;
  },

  'host-killed': async (lane, round) => {
    const { host } = await lane.ownerOf(nameOf(lane, round));
    const lives = await livesOn(lane, host);
    const from = nowMs();
    host.child.kill('SIGKILL');
    const recoveryMs = await moved(lane, lives, from);
    await lane.forgetHost(host);
    await lane.startHost();
    return recoveryMs;
  },

  // Its actors continue, or are stopped too, like with the whole machine.
  'host-stopped': async (lane, round) => {
    const { host, pid } = await lane.ownerOf(nameOf(lane, round));
    const lives = await livesOn(lane, host);
    const stopped = round % 2 === 0 ? [host.child.pid] : [host.child.pid, pid];
    const from = nowMs();
    for (const each of stopped) process.kill(each, 'SIGSTOP');
    const recoveryMs = await moved(lane, lives, from);
    for (const each of stopped) process.kill(each, 'SIGCONT');
    return recoveryMs;
  },

  'owner-partitioned': async (lane, round) => {
    const { host } = await lane.ownerOf(nameOf(lane, round));
    const lives = await livesOn(lane, host);
    const from = nowMs();
    host.wires.lose();
    const recoveryMs = await moved(lane, lives, from);
    host.wires.heal();
    return recoveryMs;
  },

  'client-partitioned': async (lane, round) => {
    lane.wires.lose();
    await pause(round % 2 === 0 ? lane.ttlMs / 2 : 2 * lane.ttlMs);
    const from = nowMs();
    lane.wires.heal();
    return await answered(lane, from);
  },

  'slow-reader': async (lane, round) => {
    const name = nameOf(lane, round);
    const proxy = lane.proxyOf(name);
    const blocked = proxy.block(1.5 * lane.ttlMs).catch(() => undefined);
    const calls = Array.from({ length: WAITING }, () =>
      lane.call(name, (id) => proxy.count(id, new Uint8Array(WAITING_BYTES))),
    );
    await blocked;
    const from = nowMs();
    await Promise.all(calls);
    return await answered(lane, from);
  },

  // Each host is drained in turn, after another one was started in its place.
  'rolling-drain': async (lane) => {
    let longestMs = 0;
    const old = [...lane.hosts.values()];
    for (const host of old) {
      await lane.startHost();
      const from = nowMs();
      await lane.outside.drain(host.id);
      await lane.forgetHost(host);
      longestMs = Math.max(longestMs, await answered(lane, from));
    }
    return longestMs;
  },
};

/** Faults of the brokers, and so of all clusters. Each resolves when the brokers serve again. */
export const BROKER_FAULTS = {
  // The others of several continue to serve, after an election.
  'broker-killed': async (brokers, streams, round) => {
    const broker = round % brokers.count;
    await brokers.kill(broker);
    if (brokers.count > 1) await brokers.ready(streams);
    else await pause(round % 2 === 0 ? 500 : 3_000);
    const from = nowMs();
    await brokers.restart(broker);
    if (brokers.count > 1) return from;
    await brokers.ready(streams);
    return nowMs();
  },

  'brokers-restarted': async (brokers, streams) => {
    await brokers.killAll();
    await brokers.restartAll();
    await brokers.ready(streams);
    return nowMs();
  },
};

/** Returns the longest time after that moment for which callers of any name had no reply. */
export async function answered(lane, fromMs) {
  await lane.settled();
  return Math.max(...lane.names.map((name) => lane.longestWait(name, fromMs)));
}
