/** A process of workerpool. */
import { worker } from 'workerpool';
import { functions } from './functions.mjs';

worker(functions);
