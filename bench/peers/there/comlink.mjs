/** A thread that comlink exposes. */
import { parentPort } from 'node:worker_threads';
import { expose } from 'comlink/dist/esm/comlink.mjs';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { functions } from './functions.mjs';

expose(functions, nodeEndpoint(parentPort));
