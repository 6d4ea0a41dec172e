/** The task for tinypool and piscina: the name of a function and its arguments. */
import { functions } from './functions.mjs';

export default ({ method, args }) => functions[method](...args);
