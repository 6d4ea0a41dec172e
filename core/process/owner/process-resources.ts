import { dirname, join } from 'node:path';
import { UActorError } from '../../seam/errors.ts';
import { Guardian } from './guardian.ts';
import { NodeStarter } from './node-process.ts';
import type { ProgramStart } from './node-arguments.ts';
import type { ProcessStarter } from './started-process.ts';

/** The program of actors' processes. */
export interface Program {
  readonly start: ProgramStart;
  /** The module that exports the library's own actor classes. */
  readonly frontDoor: string;
}

export interface Resources extends Program {
  /**
   * The folder for code that V8 compiled from actors' modules; a user who can write there could also change the library. A bundle
   * has none.
   */
  readonly compileCache: string | undefined;
  readonly guardian: Guardian;
}

const state: { program: Program | undefined; guardian: Guardian | undefined; starter: ProcessStarter | undefined } = {
  program: undefined,
  guardian: undefined,
  starter: undefined,
};

/** Sets the program of actors' processes; the package's entry calls it. @internal */
export function useProgram(program: Program): void {
  state.program = program;
}

/** Replaces Node as the way to start processes; the testing build calls it. @internal */
export function useStarter(starter: ProcessStarter): void {
  state.starter = starter;
}

/** Returns the starter of actors' processes. */
export function processStarter(): ProcessStarter {
  state.starter ??= new NodeStarter(processResources());
  return state.starter;
}

/** Returns the resources that all started processes share. */
export function processResources(): Resources {
  if (state.program === undefined) {
    throw new UActorError("the core alone cannot spawn actors: import the package's main entry");
  }
  state.guardian ??= new Guardian();
  const { start } = state.program;
  return {
    ...state.program,
    compileCache: start.kind === 'bootstrap' ? join(dirname(start.path), '.cache') : undefined,
    guardian: state.guardian,
  };
}
