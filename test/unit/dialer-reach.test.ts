import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import '../../index.ts';
import type { Permission } from '../../core/trust/dial-policy.ts';
import { ProxyError } from '../../core/seam/errors.ts';
import { Runtime } from '../../core/runtime/runtime.ts';
import { formatAddress } from '../../transports/ipc/address.ts';
import { failure } from '../support/failure.ts';
import { foreignIdentity } from '../support/foreign-handshake.ts';
import { scratch } from '../support/leaks.ts';
import { HELLO } from '../support/raw-messages.ts';
import { rawServer } from '../support/raw-peer.ts';

const everything: Permission = () => undefined;
const nothing: Permission = (address) => {
  throw new ProxyError(`${address} is forbidden`, { code: 'NOT_ALLOWED' });
};

test("H69 each peer that names a process is checked, even if another peer's connection to it is under way", async () => {
  const path = join(scratch, randomBytes(4).toString('hex'));
  const { dialer, authkey } = Runtime.current;
  const identity = foreignIdentity();
  const instance = identity.instance.toString('hex');
  await using server = await rawServer(path, authkey.bytes(), async (peer) => peer.send(HELLO), { identity });
  const reach = (permit: Permission) => dialer.reach(instance, [formatAddress(path)], permit);
  const [first, refused, other] = [reach(everything), failure(reach(nothing)), reach(everything)];
  expect(await refused).toMatchObject({ code: 'NOT_ALLOWED' });
  expect(await other).toBe(await first);
  (await first).destroy();
  await (await first).ended;
  const [forbidden, allowed] = [failure(reach(nothing)), reach(everything)];
  expect(await forbidden).toMatchObject({ code: 'NOT_ALLOWED' });
  (await allowed).destroy();
  await (await allowed).ended;
  // A connection that sent nothing had only checked whether the listener still exists.
  for (const each of server.failures) expect(String(each)).toContain('was closed');
});
