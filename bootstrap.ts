/** The program of an actor's process. It imports the package's entry for its registrations, then runs the actor. */
import './index.ts';
import { runActor } from './core/process/actor/run-actor.ts';

await runActor();
