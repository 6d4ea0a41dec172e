import { hasEnded, isAlive, scratch } from '../support/leaks.ts';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Remote, release } from 'uactor';
import { Hosted } from '#fixtures/hosted.js';
import { HostCaller, HostHolder } from '#fixtures/host-parties.js';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Networks } from '../support/networks.ts';
import { Program } from '../support/program.ts';

const authkey = 'a key of more than sixteen bytes';
/** Long enough for a process that has to wait for its turn on a busy machine. */
const keepAlive = 2_000;

/** A caller, a host and a holder on separate machines, and ways to inspect them from outside. */
interface Scene {
  readonly networks: Networks;
  readonly host: Program;
  readonly hostAddress: string;
  readonly caller: Remote<typeof HostCaller>;
  readonly callerProgram: Program;
  readonly holder: Remote<typeof HostHolder>;
  readonly holderProgram: Program;
  readonly holderAddress: string;
}

async function withScene(body: (scene: Scene) => Promise<void>): Promise<void> {
  using networks = new Networks(['caller', 'host', 'holder']);
  const folder = mkdtempSync(join(scratch, 'scene-'));
  const hostIp = networks.at('host').ip;
  const hostOptions = {
    address: `tcp://${hostIp}:0`,
    actorAddresses: [`tcp://${hostIp}:0`],
    authkey,
    keepAlive,
    modules: [fileURLToPath(Hosted.module)],
    slots: 8,
  };
  const party = (name: string): readonly [string, string] => [
    `tcp://${networks.at(name).ip}:0`,
    // Every network of the machine can reach a socket file.
    `ipc://${join(folder, `${name}.sock`)}`,
  ];
  const serve = (className: string, name: string): Program => {
    const options = JSON.stringify({ addresses: party(name), authkey, keepAlive });
    return new Program('network-actor', [className, options], networks.at(name));
  };
  await using host = new Program('host', [JSON.stringify(hostOptions)], networks.at('host'));
  await using callerProgram = serve('HostCaller', 'caller');
  await using holderProgram = serve('HostHolder', 'holder');
  const [hostAddress, holderAddress] = [await host.said('address'), await holderProgram.said('address')];
  await callerProgram.said('address');
  const caller = await HostCaller.connect(party('caller')[1], { authkey });
  const holder = await HostHolder.connect(party('holder')[1], { authkey });
  try {
    await body({ networks, host, hostAddress, caller, callerProgram, holder, holderProgram, holderAddress });
  } finally {
    release(caller);
    release(holder);
  }
}

/**
 * Requires that a process ends within this time after an event, in the fastest of several attempts: a busy machine prolongs most of
 * them, and the test only has to show that the event ended the process, rather than silence for `keepAlive`.
 */
async function demandWithin(ms: number, attempt: () => Promise<number>): Promise<void> {
  const took: number[] = [];
  while (took.length < 6 && !took.some((each) => each < ms)) took.push(await attempt());
  expect(Math.min(...took), `of ${took.join(', ')} ms`).toBeLessThan(ms);
}

/** Returns how long that process still runs, in milliseconds. */
async function untilEnded(pid: number): Promise<number> {
  const startedAt = performance.now();
  await hasEnded(pid);
  return Math.round(performance.now() - startedAt);
}

const NAMED = [
  ['an anonymous actor', {}],
  ['a named actor', { name: 'desk' }],
] as const;

test('U69 when the last proxy is released, an anonymous actor ends and a named one lives', async () => {
  await withScene(async ({ caller, hostAddress }) => {
    const anonymous = await caller.spawn('one', hostAddress);
    const named = await caller.spawn('two', hostAddress, { name: 'desk' });
    await caller.release('one');
    await caller.release('two');
    await hasEnded(anonymous);
    expect(await caller.greetNamed(hostAddress, 'desk')).toBe('hello again');
    expect(isAlive(named)).toBe(true);
  });
});

test('U69 when its caller is killed, an anonymous actor ends; a named one and one with another holder live', async () => {
  await withScene(async ({ caller, callerProgram, hostAddress, holder, holderAddress }) => {
    const anonymous = await caller.spawn('one', hostAddress);
    const named = await caller.spawn('two', hostAddress, { name: 'desk' });
    const held = await caller.spawn('three', hostAddress);
    await caller.give('three', holderAddress);
    callerProgram.child.kill('SIGKILL');
    await hasEnded(anonymous);
    expect(await holder.use()).toEqual(['hello you']);
    expect([isAlive(named), isAlive(held)]).toEqual([true, true]);
    await holder.drop();
    await hasEnded(held);
    expect(isAlive(named)).toBe(true);
  });
});

test('U69 when another holder is killed, the actor that only it held ends', async () => {
  await withScene(async ({ caller, hostAddress, holder, holderProgram, holderAddress }) => {
    const held = await caller.spawn('one', hostAddress);
    const both = await caller.spawn('two', hostAddress);
    await caller.give('one', holderAddress);
    await caller.give('two', holderAddress);
    await caller.release('one');
    expect(await holder.use()).toEqual(['hello you', 'hello you']);
    holderProgram.child.kill('SIGKILL');
    await hasEnded(held);
    expect(await caller.greet('two')).toBe('hello you');
    await caller.release('two');
    await hasEnded(both);
  });
});

test.each(NAMED)('U69 shutdown() by its caller goes to the host and ends %s', async (_what, options) => {
  await withScene(async ({ caller, hostAddress }) => {
    const pid = await caller.spawn('one', hostAddress, options);
    await caller.end('one');
    expect(isAlive(pid)).toBe(false);
  });
});

test.each(NAMED)(
  'U69 %s ends with its host, and calls reject with ActorDiedError and executed: maybe',
  async (_what, options) => {
    await withScene(async ({ caller, host, hostAddress }) => {
      const pid = await caller.spawn('one', hostAddress, options);
      await caller.begin('one', 600_000);
      host.child.kill('SIGKILL');
      expect(await caller.outcome('one')).toBe('ActorDiedError maybe');
      await hasEnded(pid);
    });
  },
);

test.each(NAMED)('U69 %s of a drained host finishes its calls, and then ends', async (_what, options) => {
  await withScene(async ({ caller, host, hostAddress }) => {
    const pid = await caller.spawn('one', hostAddress, options);
    await caller.begin('one', 500);
    await caller.drain(hostAddress);
    expect(await caller.outcome('one')).toBe('hello');
    expect(isAlive(pid)).toBe(false);
    expect(await host.ended).toEqual({ exitCode: 0, signal: null });
  });
});

test('U69 when the network breaks, an anonymous actor ends and a named one is found again', async () => {
  await withScene(async ({ networks, caller, hostAddress }) => {
    const anonymous = await caller.spawn('one', hostAddress, { keepAlive });
    await caller.spawn('two', hostAddress, { keepAlive, name: 'desk' });
    await caller.begin('one', 600_000);
    networks.pull('caller');
    expect(await caller.outcome('one')).toBe('ConnectionLostError maybe');
    await hasEnded(anonymous);
    networks.plug('caller');
    expect(await eventually(async () => await caller.greetNamed(hostAddress, 'desk'))).toBe('hello again');
  });
});

test('U69 the host ends no actor that another process holds if the caller lost its connection', async () => {
  await withScene(async ({ networks, caller, hostAddress, holder, holderAddress }) => {
    const held = await caller.spawn('one', hostAddress, { keepAlive });
    await caller.give('one', holderAddress);
    await caller.begin('one', 600_000);
    networks.pull('caller');
    expect(await caller.outcome('one')).toBe('ConnectionLostError maybe');
    expect(await holder.use()).toEqual(['hello you']);
    expect(isAlive(held)).toBe(true);
    await holder.drop();
    await hasEnded(held);
  });
});

test('U69 an anonymous actor ends within a moment of its last release', async () => {
  await withScene(async ({ caller, hostAddress }) => {
    await demandWithin(1_000, async () => {
      const pid = await caller.spawn('one', hostAddress);
      await caller.release('one');
      return await untilEnded(pid);
    });
  });
});

test("U69 an anonymous actor ends within a moment of its caller's death", async () => {
  await demandWithin(1_000, async () => {
    let tookMs = 0;
    await withScene(async ({ caller, callerProgram, hostAddress }) => {
      const pid = await caller.spawn('one', hostAddress);
      callerProgram.child.kill('SIGKILL');
      tookMs = await untilEnded(pid);
    });
    return tookMs;
  });
});

test("U69 the actors end within 1.2 s of their host's death", async () => {
  await demandWithin(1_200, async () => {
    let tookMs = 0;
    await withScene(async ({ caller, host, hostAddress }) => {
      const anonymous = await caller.spawn('one', hostAddress);
      const named = await caller.spawn('two', hostAddress, { name: 'desk' });
      host.child.kill('SIGKILL');
      const both = await Promise.all([untilEnded(anonymous), untilEnded(named)]);
      tookMs = Math.max(...both);
    });
    return tookMs;
  });
});
