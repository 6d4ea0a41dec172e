import type { Edit } from './weakened-core.ts';

/** A fault that the core once had, restored by removing its fix, and the programs that notice it. */
export interface Violation {
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly scenario: string;
  /** The first seeds whose random programs break a promise; `npm run explore -- --violation NUMBER --until 4` finds others. */
  readonly seeds: readonly number[];
  /** The ledger's message about these programs. */
  readonly notices: RegExp;
}

export const VIOLATIONS: readonly Violation[] = [
  {
    name: 'a call slot that is free before its claims settle',
    scenario: 'F52 a deadline that passes while the claims of a reply are pending touches no other call',
    seeds: [21, 128, 192, 193],
    notices: /^give never settles/,
    edits: [
      {
        file: 'core/session/outbound-calls.ts',
        from: "    this.#slots.step(call, 'reply with claims');\n",
        to: `    const freed = this.#slots.step(call, 'reply');
    if (freed) return void claims.failure.then((failed) => failed ?? freed(value));
`,
      },
    ],
  },
  {
    name: 'a deadline that is ignored while a lost connection is renewed',
    scenario: 'F53 a deadline holds while a lost connection is renewed',
    seeds: [32, 38, 55, 91],
    notices: /^echo ends \d+ ms after it was due/,
    edits: [
      {
        file: 'core/references/reconnect.ts',
        from: 'timeout === undefined ? undefined : setTimeout(() => giveUp(late(timeout)), timeout);',
        to: 'undefined;',
      },
    ],
  },
  {
    name: 'two full peers that wait for each other, because no credit is given back',
    scenario: 'two full peers make progress',
    seeds: [4, 8, 9, 10],
    notices: /does not answer in the end|still has/,
    edits: [{ file: 'core/session/flow-control.ts', from: '    this.#giveBack(started);\n', to: '' }],
  },
  {
    name: 'two full peers of which one sends more than its credit',
    scenario: 'two full peers make progress',
    seeds: [4, 19, 45, 59],
    notices: /broke the protocol/,
    edits: [{ file: 'core/session/outbound-calls.ts', from: '      this.#credit.open &&\n', to: '' }],
  },
  {
    name: 'a permit that is lost when its acquire gave up',
    scenario: 'a permit granted to an acquire that gave up is free again',
    seeds: [71, 93, 121],
    notices: /^a (?:lock|rlock|semaphore) is not free in the end/,
    edits: [
      {
        file: 'core/objects/take-ids.ts',
        from: "    if (!(error instanceof QueueEmptyError)) tell(reference, 'giveBack', useless ? [taking, true] : [taking]);\n",
        to: '',
      },
    ],
  },
  {
    name: 'a condition that ends its wait without its lock',
    scenario: 'Condition.wait with a deadline ends only with its lock',
    seeds: [1, 6, 7, 15],
    notices: /^a condition ends its wait without its lock/,
    edits: [{ file: 'core/objects/condition.ts', from: '      await Promise.allSettled([back]);\n', to: '' }],
  },
  {
    name: 'a grant behind a backlog of calls',
    scenario: 'F57 a hand-over behind a backlog works',
    seeds: [1, 6, 12, 47],
    notices: /^a proxy of a busy actor is not handed on: .* within limits\.claimMs/,
    edits: [
      {
        file: 'core/session/outbox.ts',
        from: `    const message = this.#control(Kind.GRANT, GRANT_BYTES);
    writeId(message, id, LENGTH_BYTES + 4);
    message.set(ticket, LENGTH_BYTES + 10);
`,
        to: `    const at = this.#begin(Kind.GRANT, 0, GRANT_BYTES);
    this.#output.buffer.writeUInt16LE(0, at + 2);
    writeId(this.#output.buffer, id, at + 4);
    this.#output.buffer.set(ticket, at + 10);
    this.#end();
`,
      },
    ],
  },
  {
    name: 'a getter whose call is written into the middle of the message that is encoded',
    scenario: 'a getter that makes a call while its value is encoded destroys nothing',
    seeds: [1, 4, 5, 6],
    notices: /broke the protocol/,
    edits: [{ file: 'core/session/outbound-calls.ts', from: '      !this.#outbox.busy &&\n', to: '' }],
  },
  {
    name: 'a claim of a stopped process that holds up the calls behind it',
    scenario: 'F54 one stopped process does not stop two others',
    seeds: [38, 68, 132, 145],
    notices: /^echo ends 3\d{4} ms after it was due/,
    edits: [
      {
        file: 'core/session/extension-reader.ts',
        from: 'deadlines.add(claimMs, () => fail(tooLate(claims, claimMs)))',
        to: 'deadlines.add(claimMs * 1_000, () => undefined)',
      },
      {
        file: 'core/session/outbound-calls.ts',
        from: '      { timeout: timeoutMs },\n',
        to: '      {},\n',
      },
      {
        file: 'core/session/inbound-calls.ts',
        from: '      if (!this.#line.leave(place)) return false;\n',
        to: '      if (this.#claiming === arrival || !this.#line.leave(place)) return false;\n',
      },
    ],
  },
];
