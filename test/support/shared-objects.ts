import {
  type BarrierOptions,
  type BarrierProxy,
  type ConditionProxy,
  type EventProxy,
  type JoinableQueueProxy,
  type LockProxy,
  type QueueProxy,
  type Remote,
  type SemaphoreProxy,
  stats,
  SyncManager,
} from 'uactor';
import { Client, Sharing } from '#fixtures/sharing.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { eventually } from './eventually.ts';
import { FULL_MATRIX, SERIALIZERS } from './serializers.ts';

/** The creator of shared objects: a manager, or an actor that hands out its own. */
export interface Maker {
  Queue(maxSize?: number): Promise<QueueProxy>;
  JoinableQueue(maxSize?: number): Promise<JoinableQueueProxy>;
  Event(): Promise<EventProxy>;
  Lock(): Promise<LockProxy>;
  RLock(): Promise<LockProxy>;
  Semaphore(value?: number): Promise<SemaphoreProxy>;
  BoundedSemaphore(value?: number): Promise<SemaphoreProxy>;
  Condition(): Promise<ConditionProxy>;
  Barrier(parties: number, options?: BarrierOptions): Promise<BarrierProxy>;
}

/** Another client of the shared objects. */
export type OtherClient = Remote<typeof Client>;

/** The environment of a shared object's tests. */
export interface Scene {
  readonly make: Maker;
  /** A client in another process, shared by the tests. */
  readonly other: OtherClient;
  /** Starts a client for this test alone, which may kill it. */
  client(): Promise<OtherClient>;
}

/**
 * Serializer and maker do not change the behaviour of shared objects; `shared-objects.test.ts` runs each kind over all of them.
 */
const CASES = FULL_MATRIX
  ? SERIALIZERS.flatMap((serializer) => (['manager', 'actor'] as const).map((maker) => ({ serializer, maker })))
  : ([{ serializer: 'msgpack', maker: 'manager' }] as const);

/** Describes the semantics of a kind of shared objects. Each test checks at its end that this process has nothing left over. */
export function describeShared(title: string, tests: (scene: () => Scene) => void): void {
  describe.each(CASES)(`${title} of a $maker over $serializer`, ({ serializer, maker }) => {
    const running: { scene?: Scene; end?: () => Promise<void> } = {};

    beforeAll(async () => {
      const OtherClients = Client.with({ serializer });
      const other = await OtherClients.spawn();
      const make =
        maker === 'manager' ? await SyncManager.start({ serializer }) : await Sharing.with({ serializer }).spawn();
      running.scene = { make, other, client: () => OtherClients.spawn() };
      running.end = async () => {
        await make.shutdown();
        await other.shutdown();
      };
    });

    afterAll(async () => {
      await running.end?.();
    });

    let before: object = {};
    beforeEach(() => {
      before = left();
    });
    afterEach(async () => {
      await eventually(() => expect(left(), 'something is left of the test').toEqual(before));
    });

    tests(() => {
      if (running.scene) return running.scene;
      throw new Error('the scene is not set: its processes did not start');
    });
  });
}

/** Returns the content of this process's tables. */
function left(): object {
  const { imports, objects, callsInFlight, sessions } = stats();
  return { imports, objects, callsInFlight, sessions };
}
