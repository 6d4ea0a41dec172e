import { SerializerError } from '../seam/errors.ts';
import type { Exposure } from '../references/exposure.ts';
import type { Reference } from '../references/reference.ts';
import type { FarToken } from '../references/token.ts';

/** A placeholder while a ticket is being redeemed; the message is delivered only afterwards. */
export class PendingReference implements Reference {
  readonly exposure: Exposure;
  readonly id: number;
  readonly instance: string;
  readonly address: string | undefined;

  constructor(token: FarToken, exposure: Exposure) {
    this.exposure = exposure;
    this.id = token.id;
    this.instance = token.instance;
    this.address = token.endpoints[0];
  }

  call(): Promise<unknown> {
    return Promise.reject(new SerializerError('this proxy is still being handed over'));
  }

  copy(): Promise<unknown> {
    return this.call();
  }

  addProxy(): void {}

  dropProxy(): void {}
}
