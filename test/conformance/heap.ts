import { getHeapStatistics } from 'node:v8';

const MIB = 1024 * 1024;

/** Whether this process may keep values of a hundred megabytes. Otherwise, tests of such values use smaller ones. */
export const ROOMY_HEAP: boolean = getHeapStatistics().heap_size_limit >= 256 * MIB;
