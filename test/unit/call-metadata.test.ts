import { expect, test } from 'vitest';
import { MessageAllowance } from '../../core/seam/codec/budget.ts';
import { DEFAULT_LIMITS } from '../../core/seam/limits.ts';
import { FLAG_METADATA, Kind } from '../../core/session/message.ts';
import { MessageReader } from '../../core/session/message-reader.ts';
import { Outbox } from '../../core/session/outbox.ts';
import { superjson } from '../../serializers/superjson/index.ts';
import { DirectConnection } from '../support/direct-connection.ts';
import { MessageRecord } from '../support/message-record.ts';
import { someShare } from '../support/some-share.ts';

const CODEC = superjson.open({
  extensions: { replace: () => undefined, revive: () => undefined },
  maxDepth: 10,
  maxNodes: 1_000,
});

/** Returns what a session receives of a call that claims to have metadata, written by `write`. */
function told(write: (outbox: Outbox) => void): readonly unknown[] {
  const connection = new DirectConnection();
  const staging = { staged: false, commit: () => undefined, abort: () => undefined };
  const outbox = new Outbox(connection, CODEC, staging, DEFAULT_LIMITS, someShare(), {
    room: () => false,
    tooSlow: () => undefined,
  });
  outbox.text(Kind.HELLO, '{"endpoints":[]}');
  outbox.flush();
  write(outbox);
  outbox.flush();
  const record = new MessageRecord();
  const parts = { calls: record, replies: record, control: record, codec: CODEC, allowance: new MessageAllowance() };
  const bytes = Buffer.concat(connection.written);
  new MessageReader({ ...parts, maxBytes: DEFAULT_LIMITS.maxMessageBytes }).push(bytes, bytes.length);
  return record.told.slice(1);
}

test('U61 metadata travel beside the arguments, and a call without metadata is not a byte longer', () => {
  const [with1] = told((outbox) => outbox.call(1, 2, 3, 0, ['x'], undefined, { user: 'root' }));
  const [without] = told((outbox) => outbox.call(1, 2, 3, 0, ['x']));
  expect(with1).toEqual(['called', 1, 2, 3, 0, ['x'], expect.any(Number), { user: 'root' }]);
  expect(without).toEqual(['called', 1, 2, 3, 0, ['x'], expect.any(Number)]);
});

test('H26 invalid or too many metadata fail only their call', () => {
  const many = Object.fromEntries(Array.from({ length: 65 }, (_, name) => [`n${name}`, name]));
  for (const bad of [[], [1], [null], [['a', 1]], [new Map()], [many], [{ ['x'.repeat(129)]: 1 }]]) {
    expect(told((outbox) => outbox.call(1, 2, 3, FLAG_METADATA, bad))).toEqual([
      ['refused', 1, expect.objectContaining({ code: 'INVALID_PAYLOAD' }), expect.any(Number)],
    ]);
  }
  expect(told((outbox) => outbox.call(1, 2, 3, 4, []))).toMatchObject([
    ['violation', expect.stringContaining('flags')],
  ]);
});
