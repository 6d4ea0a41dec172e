/**
 * The additional entry in the build for bundlers: a program that contains the library starts itself again as the process of each
 * of its actors.
 */
import { ManagerServer } from './core/api/manager-server.ts';
import { countCopy, FRONT_DOOR, importForActor, useFrontDoor } from './core/declaration/registered-classes.ts';
import { ModuleLook } from './core/hosts/module-look.ts';
import { PoolWorker } from './core/pool/pool-worker.ts';
import { ImportScope } from './core/process/actor/import-scope.ts';
import { runActor } from './core/process/actor/run-actor.ts';
import { useProgram } from './core/process/owner/node-process.ts';
import { LIVE } from './core/process/owner/node-command.ts';
import { waitsForRole, whenRefused } from './core/runtime/self-start.ts';
import { bundle, isExecutable } from './core/seam/bundle.ts';
import { setImmediate } from './core/seam/environment.ts';

if (bundle !== undefined) {
  countCopy();
  // The names under which an actor's process finds them, whatever a bundler calls them.
  useFrontDoor({ ManagerServer, ModuleLook, PoolWorker });
  useProgram({
    start: isExecutable ? { kind: 'executable' } : { kind: 'bundle', url: bundle },
    frontDoor: FRONT_DOOR,
  });
}

if (waitsForRole()) {
  const scope = new ImportScope();
  const imported = scope.enter();
  const state = { lives: false };
  const live = async (failure?: { readonly error: unknown }): Promise<void> => {
    if (state.lives) return;
    state.lives = true;
    const load = (module: string): Promise<object> =>
      failure === undefined ? importForActor(module) : Promise.reject(failure.error);
    await imported(() => runActor({ scope, load }));
  };
  whenRefused((error) => void live({ error }));
  // No module imports a single executable, so its classes are registered by then.
  if (isExecutable) setImmediate(() => void live());
  else Object.defineProperty(globalThis, LIVE, { value: live });
}
