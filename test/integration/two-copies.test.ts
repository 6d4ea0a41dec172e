import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { scratch } from '../support/leaks.ts';
import { runProgram } from '../support/run-program.ts';

const root = resolve(import.meta.dirname, '../..');

const ACTOR = `
import { Actor } from 'uactor';
export class Counter extends Actor {
  static module = import.meta.url;
  count(value) { return value; }
  fail() { throw new RangeError('no'); }
}`;

const PROGRAM = `
import * as one from './one/node_modules/uactor/dist/index.js';
import * as other from './other/node_modules/uactor/dist/index.js';
import { Counter } from './one/counter.mjs';
import { Counter as Other } from './other/counter.mjs';
const counter = await Counter.spawn();
const second = await Other.spawn();
const errors = [];
for (const use of [
  () => other.typeid(counter),
  () => other.callOptions(counter, { timeout: 1000 }),
  () => other.release(counter),
  () => other.withActor(counter, () => 1),
  () => second.count(counter),
  () => second.count({ deep: [counter] }),
]) {
  try { await use(); errors.push('none'); } catch (error) { errors.push([error.code, error.message]); }
}
const died = await (await one.terminate(counter), counter.count(1)).catch((error) => error);
console.log(JSON.stringify({
  errors,
  classes: ['ActorDiedError', 'ConnectionLostError', 'UActorError', 'ProxyError'].map((name) => died instanceof other[name]),
  same: one.UActorError === other.UActorError,
  others: [new RangeError('x'), {}, null, 'x'].some((value) => value instanceof other.UActorError),
  own: (() => { class Mine extends other.UActorError {} return [died instanceof Mine, new Mine('m') instanceof one.UActorError]; })(),
}));
await second.shutdown();
`;

test('two copies of the package know the errors of each other, and refuse the proxies of each other by their place', async () => {
  const folder = join(scratch, 'copies');
  for (const name of ['one', 'other']) {
    const home = join(folder, name, 'node_modules', 'uactor');
    mkdirSync(home, { recursive: true });
    cpSync(join(root, 'dist'), join(home, 'dist'), { recursive: true, filter: (path) => !path.endsWith('.map') });
    cpSync(join(root, 'package.json'), join(home, 'package.json'));
    symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'));
    writeFileSync(join(folder, name, 'counter.mjs'), ACTOR);
  }
  writeFileSync(join(folder, 'main.mjs'), PROGRAM);
  const run = await runProgram([join(folder, 'main.mjs')]);
  expect(run, run.stderr).toMatchObject({ exitCode: 0, stderr: '' });
  const { errors, ...rest } = JSON.parse(run.stdout);
  expect(errors).toHaveLength(6);
  for (const [code, message] of errors) {
    expect(code, message).toBe('OTHER_COPY');
    expect(message).toMatch(
      /this proxy belongs to another copy of uactor, at file:.*one.*, and this copy is at file:.*other/,
    );
  }
  expect(rest).toEqual({ classes: [true, true, true, false], same: false, others: false, own: [false, true] });
});
