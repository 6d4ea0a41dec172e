import { dirname, join } from 'node:path';
import { UActorError } from '../../seam/errors.ts';
import { Guardian } from './guardian.ts';
import { NodeStarter } from './node-process.ts';
import type { ProgramStart } from './node-arguments.ts';
import type { ProcessStarter } from './started-process.ts';

/** What actors' processes run. */
export interface Program {
  readonly start: ProgramStart;
  /** The module of the classes of the library that live in processes of their own. */
  readonly frontDoor: string;
}

export interface Resources extends Program {
  /** The folder for what V8 compiled of actors' modules: whoever may write there may change the library as well. A bundle has none. */
  readonly compileCache: string | undefined;
  readonly guardian: Guardian;
}

const state: { program: Program | undefined; guardian: Guardian | undefined; starter: ProcessStarter | undefined } = {
  program: undefined,
  guardian: undefined,
  starter: undefined,
};

/** Says what actors' processes run; the package's front door does. @internal */
export function useProgram(program: Program): void {
  state.program = program;
}

/** Starts processes in another way than Node's; the testing build does. @internal */
export function useStarter(starter: ProcessStarter): void {
  state.starter = starter;
}

/** How this process starts those of its actors. */
export function processStarter(): ProcessStarter {
  state.starter ??= new NodeStarter(processResources());
  return state.starter;
}

/** What all processes started from here share. */
export function processResources(): Resources {
  if (state.program === undefined) {
    throw new UActorError("actors cannot be spawned through the core alone: use the package's front door");
  }
  state.guardian ??= new Guardian();
  const { start } = state.program;
  return {
    ...state.program,
    compileCache: start.kind === 'bootstrap' ? join(dirname(start.path), '.cache') : undefined,
    guardian: state.guardian,
  };
}
