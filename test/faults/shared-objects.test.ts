import { release, type BaseProxy } from 'uactor';
import { Sharing } from '#fixtures/sharing.js';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import '../support/leaks.ts';
import { Program } from '../support/program.ts';
import { SEMANTICS } from '../support/serializers.ts';

const authkey = 'a key for this test alone';

const ways = SEMANTICS.flatMap((serializer) =>
  (['waits', 'exits', 'throws'] as const).map((way) => [way, serializer] as const),
);

test.each(ways)(
  'U34 everything that a client holds and waits for is freed when it ends: it %s, over %s',
  async (way, serializer) => {
    await using sharing = await Sharing.with({ authkey, serializer }).spawn();
    const client = new Program('shared-client', [sharing.connectionAddress ?? '', authkey, way], {
      env: { UACTOR_SERIALIZER: serializer },
    });
    expect(await client.saidNumber('waiting')).toBe(10);

    const proxies: BaseProxy[] = [];
    const keep = async <P extends BaseProxy>(made: Promise<P>): Promise<P> => {
      const proxy = await made;
      proxies.push(proxy);
      return proxy;
    };
    const lock = await keep(sharing.ownLock());
    const rlock = await keep(sharing.ownRLock());
    const semaphore = await keep(sharing.ownSemaphore());
    const bounded = await keep(sharing.ownBoundedSemaphore());
    const condition = await keep(sharing.ownCondition());
    const barrier = await keep(sharing.ownBarrier());
    const queue = await keep(sharing.ownQueue());
    const joinable = await keep(sharing.ownJoinableQueue());

    for (const held of [lock, rlock, semaphore, bounded]) expect(await held.acquire({ timeout: 0 })).toBe(false);
    expect(await barrier.nWaiting).toBe(1);
    const waiting = [lock.acquire(), rlock.acquire(), semaphore.acquire(), semaphore.acquire(), bounded.acquire()];

    if (way === 'waits') client.child.kill('SIGKILL');
    else client.goOn();
    await client.ended;

    expect(await Promise.all(waiting)).toEqual([true, true, true, true, true]);
    await eventually(async () => expect(await barrier.nWaiting).toBe(0));
    expect([await semaphore.value(), await bounded.value()]).toEqual([0, 1]);
    await rlock.release();
    expect(await rlock.locked()).toBe(false);

    expect(await condition.acquire()).toBe(true);
    expect(await condition.wait(0)).toBe(false);
    await condition.notifyAll();
    await condition.release();
    expect(await condition.locked()).toBe(false);

    await queue.put('for those who are left');
    expect(await queue.get()).toBe('for those who are left');
    expect(await joinable.get()).toBe('fills the queue');
    expect(await joinable.empty()).toBe(true);
    await joinable.taskDone();
    await joinable.join();
    for (const each of proxies) release(each);
  },
);
