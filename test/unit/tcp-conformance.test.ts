import { afterAll, describe, expect, test } from 'vitest';
import { socket } from '../../transports/socket/index.ts';
import { transportConformance } from '../conformance/transport-suite.ts';
import { Authority } from '../support/certificates.ts';

const authority = new Authority();
const tls = authority.issue();
afterAll(() => {
  authority[Symbol.dispose]();
});

for (const [name, options] of [
  ['with the authkey as the key of TLS', {}],
  ['with certificates', { tls }],
  ['without encryption', { encryption: false }],
] as const) {
  describe(`U53 ${name}`, () => {
    transportConformance(
      { describe, expect, test },
      {
        transport: socket,
        address: () => 'tcp://127.0.0.1:0',
        unreachable: () => 'tcp://127.0.0.1:1',
        options,
      },
    );
  });
}
