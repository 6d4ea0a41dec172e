/** NATS brokers with JetStream on this machine: one, or a cluster of three. Each keeps its port and its data across restarts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, closeSync, writeFileSync } from 'node:fs';
import { connect as connectSocket, createServer } from 'node:net';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

/** How long brokers may take to serve, in milliseconds: an election among them takes seconds. */
const READY_MS = 60_000;

const pause = (ms) => new Promise((go) => setTimeout(go, ms));

export class Brokers {
  /** @readonly */
  #server;
  /** @readonly */
  #members;
  /** @readonly */
  #folder;

  constructor(server, folder, members) {
    this.#server = server;
    this.#folder = folder;
    this.#members = members;
  }

  static async start(server, folder, count) {
    const ports = await freePorts(2 * count);
    const members = Array.from({ length: count }, (_, index) => ({
      port: ports[index],
      routePort: ports[count + index],
    }));
    const brokers = new Brokers(server, folder, members);
    try {
      for (const [index, member] of members.entries()) {
        member.config = join(folder, `broker-${index}.conf`);
        writeFileSync(member.config, configOf(index, members, folder));
      }
      await brokers.restartAll();
      await brokers.ready([]);
      return brokers;
    } catch (error) {
      await brokers.stop();
      throw error;
    }
  }

  get count() {
    return this.#members.length;
  }

  get ports() {
    return this.#members.map(({ port }) => port);
  }

  get servers() {
    return this.ports.map((port) => `127.0.0.1:${port}`);
  }

  /** Returns the process of a running broker. */
  pid(index) {
    return this.#members[index].child.pid;
  }

  /** Kills a broker, as if its machine had lost power. */
  async kill(index) {
    await this.#end(this.#members[index], 'SIGKILL');
  }

  async killAll() {
    await Promise.all(this.#members.map((member) => this.#end(member, 'SIGKILL')));
  }

  /** Restarts a broker; resolves when it accepts connections. */
  async restart(index) {
    const member = this.#members[index];
    mkdirSync(join(this.#folder, `data-${index}`), { recursive: true });
    const log = openSync(join(this.#folder, `broker-${index}.log`), 'a');
    member.child = spawn(this.#server, ['-c', member.config], { stdio: ['ignore', log, log] });
    closeSync(log);
    const endAt = performance.now() + READY_MS;
    while (!(await answers(member.port))) {
      if (member.child.exitCode !== null) throw new Error(`broker ${index} has ended: see ${this.#folder}`);
      if (performance.now() > endAt) throw new Error(`broker ${index} does not listen`);
      await pause(10);
    }
  }

  async restartAll() {
    await Promise.all(this.#members.map((_, index) => this.restart(index)));
  }

  /** Resolves when the brokers serve these streams: with several, each stream must elect a leader first. */
  async ready(streams) {
    const endAt = performance.now() + READY_MS;
    for (;;) {
      const problem = await this.#problem(streams);
      if (problem === undefined) return;
      if (performance.now() > endAt) throw new Error('the brokers do not serve', { cause: problem });
      await pause(50);
    }
  }

  async #problem(streams) {
    let connection;
    try {
      connection = await connect({ servers: this.servers, reconnect: false, timeout: 1_000 });
      const manager = await jetstreamManager(connection, { timeout: 500 });
      for (const name of streams) await manager.streams.info(name);
      return undefined;
    } catch (error) {
      return error;
    } finally {
      await connection?.close();
    }
  }

  async stop() {
    await Promise.all(this.#members.map((member) => this.#end(member, 'SIGKILL')));
  }

  async #end(member, signal) {
    const { child } = member;
    member.child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}

/** Returns a broker's configuration. Clients learn of no other broker: each reaches them through its own wires. */
function configOf(index, members, folder) {
  const { port, routePort } = members[index];
  const routes = members.filter((_, other) => other !== index).map((member) => `nats://127.0.0.1:${member.routePort}`);
  const cluster = `cluster { name: faults, listen: "127.0.0.1:${routePort}", routes: ${JSON.stringify(routes)}, no_advertise: true }`;
  return [
    `listen: "127.0.0.1:${port}"`,
    `server_name: broker-${index}`,
    `jetstream { store_dir: ${JSON.stringify(join(folder, `data-${index}`))} }`,
    members.length > 1 ? cluster : '',
  ].join('\n');
}

async function answers(port) {
  const socket = connectSocket({ host: '127.0.0.1', port });
  try {
    await once(socket, 'data');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}
