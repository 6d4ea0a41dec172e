/** Replies to calls over `process.send`. */
import { functions } from './functions.mjs';

process.on('message', ({ id, method, args }) => process.send({ id, result: functions[method](...args) }));
process.on('disconnect', () => process.exit());
