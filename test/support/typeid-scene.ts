import { Containers } from '#fixtures/containers.js';
import { type BaseProxy, release, type Remote, stats, SyncManager } from 'uactor';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { eventually } from './eventually.ts';

/** The environment of a shared object's tests: one manager and one actor for the whole file. */
export interface TypeidScene {
  readonly manager: SyncManager;
  readonly actor: Remote<typeof Containers>;
  /** Releases a proxy at the end of the test, which then checks that nothing is left over. */
  use<P extends BaseProxy>(proxy: P): P;
}

/** Starts a manager and an actor with `serializer`, and ends them after the tests of the block. */
export function typeidScene(serializer: string): () => TypeidScene {
  let scene: TypeidScene | undefined;
  let used: BaseProxy[] = [];
  let importsBefore = 0;

  beforeAll(async () => {
    const [manager, actor] = await Promise.all([
      SyncManager.start({ serializer }),
      Containers.with({ serializer }).spawn(),
    ]);
    importsBefore = stats().imports;
    scene = {
      manager,
      actor,
      use(proxy) {
        used.push(proxy);
        return proxy;
      },
    };
  });

  afterEach(async () => {
    for (const proxy of used) release(proxy);
    used = [];
    await eventually(() => {
      expect(stats().imports, 'proxies are left').toBe(importsBefore);
      expect(stats().callsInFlight, 'calls are left').toBe(0);
    });
  });

  afterAll(async () => {
    await Promise.all([scene?.manager.shutdown(), scene?.actor.shutdown()]);
  });

  return () => {
    if (scene === undefined) throw new Error('the scene is set up in beforeAll: ask for it in a test');
    return scene;
  };
}
