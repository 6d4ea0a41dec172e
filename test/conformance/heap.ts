import { getHeapStatistics } from 'node:v8';

const MIB = 1024 * 1024;

/** Whether this process may keep values of a hundred megabytes. Tests of such values make do with smaller ones where not. */
export const ROOMY_HEAP: boolean = getHeapStatistics().heap_size_limit >= 256 * MIB;
