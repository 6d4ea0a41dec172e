/** The actors of simulated programs. */
import type * as uactor from '../../index.ts';
import type { Host } from './host.ts';
import type { World } from './world.ts';

const MODULE = 'file:///simulated/actors.mjs';

/** What the classes look like from outside; each process has classes of its own. */
export type Actors = ReturnType<typeof makeActors>;

function makeActors({ Actor }: typeof uactor) {
  class Echo extends Actor {
    static override readonly module = MODULE;

    echo(value: unknown): unknown {
      return value;
    }

    never(): Promise<never> {
      return new Promise(() => undefined);
    }

    async *rows(count: number): AsyncGenerator<number> {
      for (let row = 0; row < count; row++) yield row;
    }
  }

  class Relay extends Actor {
    static override readonly module = MODULE;

    async ask(echo: uactor.Remote<typeof Echo>, value: number): Promise<unknown> {
      return await echo.echo(value);
    }

    async call(callback: (value: number) => unknown, value: number): Promise<unknown> {
      return await callback(value);
    }
  }

  return { Echo, Relay };
}

/** Defines the actors in a world, with a main process. */
export function defineActors(world: World): { main: Host; actors: (host: Host) => Actors } {
  const load = world.module(MODULE, (library) => makeActors(library));
  return { main: world.host('main'), actors: load };
}
