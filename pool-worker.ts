/** The program of a worker of a `Pool`. It imports the front door for what that registers, then runs tasks. */
import './index.ts';
import { runPoolWorker } from './core/pool/pool-worker.ts';

await runPoolWorker(process.argv[2], process.argv[3]);
