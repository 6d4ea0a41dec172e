import type { LocalExposure } from './exposure.ts';

/** Part of a replacement: an object of this process that travels as a reference, and what proxies of it show. */
export class Lent {
  readonly object: object;
  readonly exposure: LocalExposure;

  constructor(object: object, exposure: LocalExposure) {
    this.object = object;
    this.exposure = exposure;
  }
}
