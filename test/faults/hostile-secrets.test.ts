import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Target } from '#fixtures/target.js';
import { failure } from '../support/failure.ts';
import { childrenOf } from '../support/leaks.ts';

const KEY = 'a key that shows up nowhere at all';
const BYTES = Buffer.from(KEY);

/** The forms in which the key might be written. */
const SPELLINGS = [
  KEY,
  BYTES.toString('hex'),
  BYTES.toString('base64').replaceAll('=', ''),
  BYTES.toString('base64url'),
  [...BYTES].join(','),
  [...BYTES].join(', '),
  [...BYTES].map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
];

function expectNoKey(where: string, text: string): void {
  for (const spelling of SPELLINGS) expect(text.includes(spelling), `the key is in ${where}`).toBe(false);
}

test('H76 the key is in no argument, environment, error, description or diagnostic report of the owner or the actor', async () => {
  const target = await Target.with({ authkey: BYTES }).spawn();
  const [pid, owner] = [String(await target.pid()), String(process.pid)];
  for (const [index, text] of (await target.secrets()).entries()) expectNoKey(`the actor's secret ${index}`, text);
  for (const process of [pid, owner, ...childrenOf(globalThis.process.pid).map((child) => String(child.pid))]) {
    expectNoKey('the arguments', readFileSync(`/proc/${process}/cmdline`, 'latin1'));
    expectNoKey('the environment', readFileSync(`/proc/${process}/environ`, 'latin1'));
  }
  expectNoKey('the report', JSON.stringify(process.report.getReport()));
  expectNoKey('the proxy', inspect(target, { depth: 9, showHidden: true, customInspect: false }));
  const address = target.connectionAddress ?? '';
  const refusals = [
    await failure(Target.connect(address, { authkey: 'another key, wrong but long enough' })),
    await failure(Target.connect(`${address}-nobody`, { authkey: BYTES })),
    await failure(Target.connect(address, { authkey: BYTES, serializer: 'nonesuch' })),
  ];
  const client = await Target.connect(address, { authkey: BYTES });
  await target.shutdown();
  for (const error of [...refusals, await failure(client.add(1, 2)), await failure(target.add(1, 2))]) {
    expectNoKey('an error', inspect(error, { depth: 9, showHidden: true }));
  }
});
