/** The program of an actor's process. It imports the front door for what that registers, then lives the actor's life. */
import './index.ts';
import { runActor } from './core/process/actor/run-actor.ts';

await runActor();
