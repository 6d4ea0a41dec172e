import { BaseManager } from './base-manager.ts';

/**
 * A manager of shared objects: one creating method per typeid; after `multiprocessing.managers.SyncManager`.
 *
 * ```ts
 * await using manager = await SyncManager.start();
 * const queue = await manager.Queue<number>(10);
 * ```
 */
export class SyncManager extends BaseManager {}
