/**
 * Tools for testing actors: without processes, and in simulated processes.
 *
 * @module uactor/testing
 */
export { explore, type ExploreOptions, SeedError, type SimulatedHost, type SimulatedWorld } from './explore.ts';
export { inProcess } from './in-process.ts';
