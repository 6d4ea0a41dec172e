import { createRequire } from 'node:module';
import { SerializerError } from '../../core/seam/errors.ts';

/** What is used of the package msgpackr. */
interface Library {
  readonly Packr: new (options: object) => { pack(value: unknown): Uint8Array; unpack(bytes: Uint8Array): unknown };
}

/**
 * Bigints of more than 64 bits, by the package msgpackr: it is loaded when the first one travels, which takes longer than
 * everything else of this serializer together.
 */
export class RareBigints {
  #library: InstanceType<Library['Packr']> | undefined = undefined;

  /** The bytes of `value`, token included. */
  write(value: bigint): Uint8Array {
    return this.#packr().pack(value);
  }

  /** The bigint that is the whole of `bytes`, token included; `undefined` for anything else. */
  read(bytes: Uint8Array): bigint | undefined {
    const value = this.#packr().unpack(bytes);
    return typeof value === 'bigint' ? value : undefined;
  }

  #packr(): InstanceType<Library['Packr']> {
    this.#library ??= load();
    return this.#library;
  }
}

function load(): InstanceType<Library['Packr']> {
  const library: unknown = createRequire(import.meta.url)('msgpackr/pack');
  if (!isLibrary(library))
    throw new SerializerError('The package msgpackr is not the one that uactor depends on: reinstall it.');
  return new library.Packr({ moreTypes: true, useRecords: false });
}

function isLibrary(library: unknown): library is Library {
  return typeof library === 'object' && library !== null && 'Packr' in library && typeof library.Packr === 'function';
}
