import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Sharing } from '#fixtures/sharing.js';
import { inspectActor, release } from 'uactor';
import { beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { scratch } from '../support/leaks.ts';
import { Namespaces, whyNoNamespaces } from '../support/namespaces.ts';
import { Program } from '../support/program.ts';

const authkey = 'a key of more than sixteen bytes';
/** Long enough for a process that has to wait for its turn on a busy machine. */
const keepAlive = 1_000;

beforeAll(() => {
  const why = whyNoNamespaces();
  if (why === undefined) return;
  throw new Error(
    `no networks of their own can be made here, so no cable can be pulled: ${why}. It takes iproute2, and root's rights`,
  );
});

describe('an actor and a client on separate machines', () => {
  test.each([
    ['TLS', { encryption: true }],
    ['no encryption', { encryption: false }],
  ])('U54 U55 F23 F25 notice a pulled cable, release references, and reconnect, with %s', async (_how, tcp) => {
    using machines = new Namespaces();
    const back = `ipc://${join(mkdtempSync(join(scratch, 'near-')), 'back.sock')}`;
    const addresses = [`tcp://${machines.near.ip}:0`, back];
    const options = JSON.stringify({ addresses, authkey, keepAlive, inspectable: true, transport: { tcp } });
    const actor = new Program('network-actor', ['Sharing', options], machines.near);
    const address = await actor.said('address');
    // Every network of the machine can reach a socket file, so the test inspects the actor through it.
    const sharing = await Sharing.connect(back, { authkey });
    const lock = await sharing.ownLock();
    const args = [address, authkey, String(keepAlive), JSON.stringify({ tcp })];
    const client = new Program('network-client', args, machines.far);
    await client.said('holds');
    expect(await lock.acquire({ blocking: false }), 'the lock is taken').toBe(false);
    expect((await inspectActor(sharing)).sessions).toHaveLength(2);

    machines.pull();
    expect(await client.said('lost')).toMatch(/^ConnectionLostError: .* it was silent for 1000 ms/);
    expect(await lock.acquire({ timeout: 15_000 }), 'the lock was given back').toBe(true);
    await eventually(async () => expect((await inspectActor(sharing)).sessions).toHaveLength(1));
    await lock.release();

    machines.plug();
    client.goOn();
    expect(await client.said('again')).toBe('true');
    expect(await client.ended).toEqual({ exitCode: 0, signal: null });
    release(lock);
    release(sharing);
    actor.child.kill('SIGTERM');
    expect(await actor.ended).toMatchObject({ exitCode: null, signal: 'SIGTERM' });
  });

  test('U29 U50 proxies on another machine reach an actor at every address of its machine', async () => {
    using machines = new Namespaces();
    const options = JSON.stringify({ address: `tcp://${machines.far.ip}:0`, authkey });
    await using keeper = new Program('network-actor', ['Keeper', options], machines.far);
    const owner = new Program('network-owner', [await keeper.said('address'), authkey], machines.near);
    expect(await owner.said('counted')).toBe('5');
    expect(await owner.ended).toEqual({ exitCode: 0, signal: null });
  });
});
