import { EventEmitter, once } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { HandshakeFailure } from '../../core/trust/handshake/role.ts';
import { HandshakeLimiter } from '../../core/trust/handshake/handshake-limiter.ts';
import { MemoryConnection } from '../support/memory-connection.ts';

function gateWithLog(maxHandshakes = 4, maxFailuresPerSecond = 1_000) {
  const lines: string[] = [];
  return {
    lines,
    gate: new HandshakeLimiter({ maxHandshakes, maxFailuresPerSecond, log: (line) => lines.push(line) }),
  };
}

async function turnAway(gate: HandshakeLimiter, reason: string, peer = 'somebody'): Promise<void> {
  const [connection] = MemoryConnection.pair({ info: { peer } });
  expect(await gate.admit(connection, () => Promise.reject(new HandshakeFailure(reason)))).toBeUndefined();
}

/** Makes a connection from an address that sends nothing until it fails. */
function knock(gate: HandshakeLimiter, ip: string) {
  const [connection] = MemoryConnection.pair({ info: { peer: ip, ip } });
  const failing = new AbortController();
  const handshake = once(new EventEmitter(), 'over', { signal: failing.signal }).catch(() => {
    throw new HandshakeFailure('said nothing');
  });
  return { connection, outcome: gate.admit(connection, () => handshake), fail: () => failing.abort() };
}

describe('HandshakeLimiter', () => {
  test('H01 a flood of strangers logs one line a second, with the number of omitted lines', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const { gate, lines } = gateWithLog();
      for (let round = 0; round < 100; round += 1) await turnAway(gate, 'sent rubbish');
      vi.advanceTimersByTime(999);
      await turnAway(gate, 'sent rubbish');
      expect(lines).toEqual(['uactor: rejected a connection from somebody, which sent rubbish']);
      vi.advanceTimersByTime(1);
      await turnAway(gate, 'sent more');
      expect(lines[1]).toBe(
        'uactor: rejected a connection from somebody, which sent more (100 earlier lines were omitted)',
      );
      expect(lines).toHaveLength(2);
    } finally {
      vi.useRealTimers();
    }
  });

  test('H16 H80 the name that a peer gives itself is escaped and cut in the log', async () => {
    const { gate, lines } = gateWithLog();
    await turnAway(gate, 'x', `\x1b[31mred\r\nadmin logged in \u202e${'y'.repeat(1024 * 1024)}`);
    expect(lines[0]).toMatch(/^[\x20-\x7e]+$/);
    expect(lines[0]).toContain('\\u001b[31mred\\u000d\\u000aadmin logged in \\u202eyyy');
    expect(lines[0]?.length).toBeLessThan(500);
  });

  test('H04 a slot becomes free as soon as a handshake ends, whatever its outcome', async () => {
    const { gate } = gateWithLog(1);
    const handshake = new EventEmitter();
    const under = gate.admit(MemoryConnection.pair()[0], () => once(handshake, 'over'));
    expect(gate.underWay).toBe(1);
    handshake.emit('over', 'in');
    expect(await under).toEqual(['in']);
    await turnAway(gate, 'x');
    expect(gate.underWay).toBe(0);
    expect(await gate.admit(MemoryConnection.pair()[0], () => Promise.resolve('in too'))).toBe('in too');
  });

  test('H86 closing a connection to make room for another does not count as a failure of its address', async () => {
    const { gate } = gateWithLog(1, 1);
    const ip = '198.51.100.7';
    const first = knock(gate, ip);
    const second = knock(gate, ip);
    expect([first, second].map(({ connection }) => connection.isClosed)).toEqual([true, false]);
    first.fail();
    expect(await first.outcome).toBeUndefined();
    const third = knock(gate, ip);
    expect(third.connection.isClosed).toBe(false);
    for (const { fail } of [second, third]) fail();
    await Promise.all([second.outcome, third.outcome]);
  });

  test('H86 above the limit the address with the most connections loses its oldest one, and an IPv6 network counts as one address', async () => {
    const { gate, lines } = gateWithLog(4);
    const honest = knock(gate, '198.51.100.7');
    const crowd = ['2001:db8::1', '2001:db8::2', '2001:db8:0:0:ffff::3'].map((ip) => knock(gate, ip));
    expect([honest, ...crowd].map(({ connection }) => connection.isClosed)).toEqual([false, false, false, false]);
    const more = ['2001:db8::4', '198.51.100.8'].map((ip) => knock(gate, ip));
    expect([honest, ...crowd, ...more].map(({ connection }) => connection.isClosed)).toEqual([
      false,
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(gate.underWay).toBe(4);
    for (const each of [honest, ...crowd, ...more]) each.fail();
    await Promise.all([honest, ...crowd, ...more].map(({ outcome }) => outcome));
    expect(gate.underWay).toBe(0);
    expect(lines[0]).toContain('was the oldest of its address when 4 others were in their handshake');
  });

  test('H14 H86 after too many failures within a second, an address gets no more handshakes in that second; other addresses and this machine do', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const { gate } = gateWithLog(4, 3);
      const fail = async (ip: string): Promise<void> => {
        const knocking = knock(gate, ip);
        knocking.fail();
        await knocking.outcome;
      };
      for (const ip of ['2001:db8::1', '2001:db8::2', '2001:db8::3']) await fail(ip);
      const refused = knock(gate, '2001:db8::4');
      expect(await refused.outcome).toBeUndefined();
      expect(refused.connection.isClosed).toBe(true);
      const honest = knock(gate, '198.51.100.7');
      expect(honest.connection.isClosed).toBe(false);
      vi.advanceTimersByTime(999);
      expect(knock(gate, '2001:db8::5').connection.isClosed).toBe(true);
      vi.advanceTimersByTime(1);
      const later = knock(gate, '2001:db8::6');
      expect(later.connection.isClosed).toBe(false);
      for (const each of [honest, later]) each.fail();
      await Promise.all([honest, later].map(({ outcome }) => outcome));
      for (let round = 0; round < 10; round++) await turnAway(gate, 'sent rubbish', 'a socket of this machine');
      const [local] = MemoryConnection.pair();
      expect(await gate.admit(local, () => Promise.resolve('in'))).toBe('in');
      const { gate: closed, lines } = gateWithLog(4, 0);
      await knock(closed, '2001:db8::1').outcome;
      expect(lines[0]).toContain('2001:db8::1, which came from an address with limits.maxFailuresPerSecond failures');
    } finally {
      vi.useRealTimers();
    }
  });

  test('an error other than a rejection is passed on, because it is a bug of this process', async () => {
    const { gate } = gateWithLog();
    const mistake = new RangeError('out of range');
    await expect(gate.admit(MemoryConnection.pair()[0], () => Promise.reject(mistake))).rejects.toBe(mistake);
    expect(gate.underWay).toBe(0);
  });
});
