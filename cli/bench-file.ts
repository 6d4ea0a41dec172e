import type { Serializer } from '../core/seam/serializer.ts';
import type { Transport } from '../core/seam/transport.ts';
import { registerSerializer, registerTransport } from '../index.ts';
import { UsageError } from './usage-error.ts';

/** The exports of a module to be measured. */
export interface BenchFile {
  readonly values: ReadonlyMap<string, unknown>;
  /** The name of its own serializer, if it has one. */
  readonly serializer: string | undefined;
  /** The address at which actors listen over its own transport, if it has one. */
  readonly address: string | undefined;
}

/**
 * Imports a module of values, and registers its serializer and its transport.
 *
 * @throws {@link UsageError} when it exports no values, or a transport without an address.
 */
export async function readBenchFile(url: string): Promise<BenchFile> {
  const module: BenchModule & { readonly default?: unknown } = await import(url);
  // Node finds the names in a CommonJS module only if they are written one by one.
  const exports = module.values === undefined && isModule(module.default) ? module.default : module;
  const { values, serializer, transport, address } = exports;
  if (typeof values !== 'object' || values === null || Object.keys(values).length === 0) {
    throw new UsageError(
      `${url} exports no values: add export const values = { order: { id: 1 } }, with a name for each value`,
    );
  }
  if (serializer !== undefined) registerSerializer(serializer);
  if (transport !== undefined) {
    if (typeof address !== 'string') {
      throw new UsageError(`${url} exports a transport but no address to listen on: export const address = 'mine://…'`);
    }
    registerTransport(transport);
  }
  return {
    values: new Map(Object.entries(values)),
    serializer: serializer?.name,
    address: transport === undefined ? undefined : address,
  };
}

function isModule(exports: unknown): exports is BenchModule {
  return typeof exports === 'object' && exports !== null;
}

/** The exports that are used; registering a plug-in reports its mistakes. */
interface BenchModule {
  readonly values?: unknown;
  readonly serializer?: Serializer;
  readonly transport?: Transport;
  readonly address?: string;
}
