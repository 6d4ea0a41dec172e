/**
 * Kills the parties around a host, one after the other, while actors are spawned, called, passed on and released: `node
 * scripts/host-kills.mjs --kills 100 --seed 1`, after `npm run build`. After each kill nothing may be left over: no process of an
 * actor without holders, no actor in the host's list, no reference in the tables of the living processes.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Host, inspectActor, release, TimeoutError } from 'uactor';
import { HostCaller, HostHolder } from '#fixtures/host-parties.js';
import { dice } from './dice.mjs';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    party: { type: 'string', multiple: true, default: ['caller', 'host', 'actor', 'holder'] },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});

/** The deadline for certain events, in milliseconds. It only ends a run that hangs: a loaded machine takes its time. */
const PATIENCE_MS = 300_000;
const authkey = 'a key of more than sixteen bytes';
/** In the environment of every process that this run starts. */
const mark = randomBytes(8).toString('hex');
const folder = mkdtempSync(join(tmpdir(), 'host-kills-'));

const random = dice(Number(values.seed));
const pause = (ms) => new Promise((go) => setTimeout(go, ms));

async function eventually(what, check) {
  const endAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const wrong = await check().catch((error) => String(error));
    if (wrong === undefined) return;
    if (performance.now() > endAt) throw new Error(`${what}: ${wrong}`);
    await pause(20);
  }
}

/** Starts a program of the tests, which prints its address. */
async function start(program, args) {
  const child = spawn(process.execPath, [resolve(`build/fixtures/programs/${program}.js`), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: folder, UACTOR_KILLS: mark },
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (said += text));
  const ended = once(child, 'exit');
  let address;
  await Promise.race([
    eventually(`${program} ${args[0]}`, async () => {
      [, address] = /^address (.*)$/m.exec(said) ?? [];
      return address === undefined ? 'it does not say where it listens' : undefined;
    }),
    ended.then(([code, signal]) => {
      throw new Error(`${program} ${args[0]} ended while it started: ${signal ?? code}`);
    }),
  ]).catch((error) => {
    child.kill('SIGKILL');
    throw error;
  });
  return { child, address, ended };
}

const parties = {
  host: () =>
    start('host', [
      JSON.stringify({
        address: 'tcp://127.0.0.1:0',
        authkey,
        slots: 16,
        modules: [resolve('build/fixtures/hosted.js')],
      }),
    ]),
  caller: () => serve('HostCaller'),
  holder: () => serve('HostHolder'),
};

let served = 0;
async function serve(className) {
  const inside = `ipc://${join(folder, `${++served}.sock`)}`;
  const options = { addresses: ['tcp://127.0.0.1:0', inside], authkey, inspectable: true };
  return { ...(await start('network-actor', [className, JSON.stringify(options)])), inside };
}

/** Returns the processes of this run that are neither a party nor a guardian. */
function actorProcesses(known) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && !known.includes(Number(name)))
    .filter((pid) => read(pid, 'environ').includes(`UACTOR_KILLS=${mark}`))
    .filter((pid) => !read(pid, 'cmdline').startsWith('/bin/sh'))
    .map((pid) => `${pid} ${read(pid, 'cmdline').replaceAll('\0', ' ')}`);
}

function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    // The process has ended meanwhile.
    return '';
  }
}

async function nothingHeld(what, actor) {
  await eventually(`the tables of the ${what}`, async () => {
    const { sessions, stats } = await inspectActor(actor);
    const { imports, tickets, callsInFlight } = stats;
    return imports === 0 && tickets === 0 && callsInFlight === 0 ? undefined : JSON.stringify({ stats, sessions });
  });
}

const running = {};
const times = {};

async function round(party) {
  for (const name of Object.keys(parties)) running[name] ??= await parties[name]();
  const { host, caller, holder } = running;
  const [callerProxy, holderProxy] = [
    await HostCaller.connect(caller.inside, { authkey }),
    await HostHolder.connect(holder.inside, { authkey }),
  ];
  const handle = await Host.connect(host.address, { authkey });
  await callerProxy.churn(host.address, holder.address);
  await pause(50 + random(500));
  if (party === 'actor') {
    for (let tries = 0; tries < 100; tries++) {
      // A host on a loaded machine may exceed its time for a reply.
      const listed = await handle.list().catch((error) => (error instanceof TimeoutError ? [] : Promise.reject(error)));
      const actors = listed.filter(({ pid }) => pid !== undefined);
      if (actors.length === 0) await pause(10);
      else {
        process.kill(actors[random(actors.length)].pid, 'SIGKILL');
        break;
      }
    }
  } else {
    running[party].child.kill('SIGKILL');
    await running[party].ended;
    delete running[party];
  }
  const killedAt = performance.now();
  if (party !== 'caller') {
    const surprises = await callerProxy.settle();
    if (surprises.length > 0) throw new Error(`the caller met unexpected outcomes: ${surprises.join('; ')}`);
  }
  if (party !== 'holder') await holderProxy.drop();
  const known = Object.values(running).map(({ child }) => child.pid);
  await eventually('orphans', async () => {
    const left = actorProcesses(known);
    return left.length === 0 ? undefined : left.join('\n');
  });
  (times[party] ??= []).push(performance.now() - killedAt);
  if (party !== 'host') {
    await eventually("the host's list", async () => {
      const { slots, free } = await handle.describe();
      const actors = await handle.list();
      return actors.length === 0 && free === slots ? undefined : JSON.stringify({ actors, free });
    });
  }
  if (party !== 'caller') await nothingHeld('caller', callerProxy);
  if (party !== 'holder') await nothingHeld('holder', holderProxy);
  handle[Symbol.dispose]();
  release(callerProxy);
  release(holderProxy);
}

const kills = Number(values.kills);
try {
  for (let turn = 0; turn < kills; turn++) {
    for (const party of values.party) {
      await round(party).catch((error) => {
        throw new Error(`turn ${turn}, ${party} killed, seed ${values.seed}: ${error.message}`, { cause: error });
      });
    }
  }
} finally {
  for (const { child } of Object.values(running)) child.kill('SIGTERM');
  await Promise.all(Object.values(running).map(({ ended }) => ended));
  rmSync(folder, { recursive: true, force: true });
}
for (const party of values.party) {
  const sorted = times[party].toSorted((one, other) => one - other);
  const at = (share) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]);
  console.log(
    `${party}: ${sorted.length} kills, the last process gone after ${at(0.5)} ms (median), ${at(1)} ms (most)`,
  );
}
