import type { LocalExposure } from './exposure.ts';

/** Part of a replacement: an object of this process that is sent as a reference, and its exposure. */
export class Lent {
  readonly object: object;
  readonly exposure: LocalExposure;

  constructor(object: object, exposure: LocalExposure) {
    this.object = object;
    this.exposure = exposure;
  }
}
