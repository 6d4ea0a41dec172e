import { Actor } from 'uactor';

export class Other extends Actor {
  static override readonly module: string = import.meta.url;

  fail(): never {
    throw new RangeError('as it should');
  }
}
