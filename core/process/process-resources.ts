import { UActorError } from '../errors.ts';
import { Guardian } from './guardian.ts';

interface Resources {
  /** The path of the program that an actor's process runs. */
  readonly bootstrap: string;
  readonly guardian: Guardian;
}

const state: { bootstrap: string | undefined; guardian: Guardian | undefined } = {
  bootstrap: undefined,
  guardian: undefined,
};

/** Says where the program of an actor's process lies; the package's front door does. @internal */
export function useBootstrap(path: string): void {
  state.bootstrap = path;
}

/** What all processes started from here share. */
export function processResources(): Resources {
  if (state.bootstrap === undefined) {
    throw new UActorError("actors cannot be spawned through the core alone: use the package's front door");
  }
  state.guardian ??= new Guardian();
  return { bootstrap: state.bootstrap, guardian: state.guardian };
}
