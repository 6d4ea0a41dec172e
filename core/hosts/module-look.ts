import { callOptions } from '../api/proxy-functions.ts';
import { spawnActor } from '../api/spawn-actor.ts';
import { type ActorStatics, modulePath } from '../declaration/declaration.ts';
import { ACTOR_CLASS, actorClasses } from '../declaration/find-class.ts';
import { importForActor } from '../declaration/registered-classes.ts';
import { actorTypeids } from '../declaration/typeid-table.ts';
import { processResources } from '../process/owner/node-process.ts';
import { misuse } from '../seam/errors.ts';
import { shownText } from '../values/error-text.ts';

/** How long the import of a module may take, in milliseconds. */
const IMPORT_MS = 60_000;

/**
 * Imports a module in a process that ends afterwards, so that side effects of the import do not stay in the host.
 *
 * @internal
 */
export class ModuleLook {
  /** @internal */
  static readonly [ACTOR_CLASS] = true;
  static readonly exposed: readonly string[] = ['actorsOf'];

  /** Does nothing: there is nothing to clean up. */
  shutdown(): void {}

  /** Returns the names of the actor classes that a module exports. */
  async actorsOf(url: string): Promise<readonly string[]> {
    return actorClasses(await importForActor(url));
  }
}

/**
 * Checks that a module exports a class that can be spawned.
 *
 * @throws `TypeError` when it cannot be imported, or exports no class that extends `Actor`.
 */
export async function demandActors(url: string): Promise<void> {
  await using look = await spawnActor(lookClass(), actorTypeids({}), []);
  const path = modulePath(url);
  const asked = callOptions(look, { timeout: IMPORT_MS });
  const actors = await asked.callMethod<readonly string[]>('actorsOf', [url]).catch((error: unknown) => {
    throw misuse(
      `Host.serve: ${path} cannot be imported, so the host could not spawn its classes: ${shownText(error)}`,
      error,
    );
  });
  if (actors.length > 0) return;
  throw misuse(
    `Host.serve: ${path} exports no class that extends Actor, so the host could not spawn anything from it: export one, or remove the module from ` +
      'the list (--modules)',
  );
}

function lookClass(): ActorStatics {
  const look = class extends ModuleLook {
    static readonly module = processResources().frontDoor;
  };
  // The name under which `index.ts` exports it.
  Object.defineProperty(look, 'name', { value: 'ModuleLook' });
  return look;
}
