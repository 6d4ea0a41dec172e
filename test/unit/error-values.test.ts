import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { ClassRegistry } from '../../core/values/class-registry.ts';
import { errorFromData } from '../../core/values/error-revival.ts';
import { MAX_ERROR_MESSAGE_LENGTH } from '../../core/values/error-text.ts';
import { errorToData, errorToPlainData, isError, MAX_ERROR_DEPTH } from '../../core/values/error-values.ts';
import * as errors from '../../core/seam/errors.ts';
import { rejectWithCallerStack } from '../../core/values/remote-stack.ts';

const registry = new ClassRegistry();

function across(error: unknown): Error {
  return errorFromData(errorToData(error, { registry }), { registry, origin: 'actor process of Counter (pid 7)' });
}

function boom(): never {
  throw new Error('trap');
}

function nested(levels: number): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

function later(reason: unknown): Promise<never> {
  return new Promise<never>((resolve) => setImmediate(() => rejectWithCallerStack(resolve, reason)));
}

async function userCode(reason: unknown): Promise<void> {
  await later(reason);
}

async function caught(reason: unknown): Promise<unknown> {
  return userCode(reason).then(
    () => undefined,
    (rejection: unknown) => rejection,
  );
}

function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let next = error; isError(next); next = next.cause) chain.push(next);
  return chain;
}

function redacted(error: Error): unknown {
  return errorToData(error, { redact: true }).properties;
}

describe('errors as values', () => {
  const builtins = [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError];
  test.each(builtins)('U42 %o keeps its class', (cls) => {
    const error = across(Object.assign(new cls('text', { cause: { a: 1 } }), { code: 'E_X', list: [1] }));
    expect(Object.getPrototypeOf(error)).toBe(cls.prototype);
    expect(error).toMatchObject({ name: cls.name, message: 'text', cause: { a: 1 }, code: 'E_X', list: [1] });
    expect(Object.keys(error)).toEqual(['code', 'list']);
    expect(isError(error)).toBe(true);
  });

  test('U42 AggregateError keeps its errors, DOMException its name, a class of another realm its class', () => {
    const aggregate = across(new AggregateError([new TypeError('a'), 'b', undefined], 'all'));
    expect(aggregate).toBeInstanceOf(AggregateError);
    expect(aggregate).toHaveProperty('errors', [new TypeError('a'), 'b', undefined]);
    expect(Object.keys(aggregate)).toEqual([]);
    for (const name of ['AbortError', 'TimeoutError']) {
      const error = across(new DOMException('gone', name));
      expect(error).toBeInstanceOf(DOMException);
      expect(error).toMatchObject({ name, message: 'gone' });
    }
    expect(across(runInNewContext('new RangeError("far")'))).toBeInstanceOf(RangeError);
  });

  test('U42 a registered class keeps its class, without calls of its constructor or setters', () => {
    const made: string[] = [];
    class AppError extends Error {
      declare level: number;
      constructor(message: string) {
        super(message);
        made.push(message);
        Object.defineProperty(this, 'level', { value: 3, enumerable: true });
      }
      set danger(value: unknown) {
        made.push(`danger ${String(value)}`);
      }
    }
    registry.registerError(AppError, { name: 'app.Error' });
    const data = errorToData(new AppError('once'), { registry });
    const error = errorFromData({ ...data, properties: { ...data.properties, danger: 1 } }, { registry });
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ message: 'once', level: 3, danger: 1, name: 'Error' });
    expect(made).toEqual(['once']);
  });

  test('U42 any other class becomes RemoteError with its name', () => {
    class QuotaError extends RangeError {
      limit = 5;
      code = 'QUOTA';
    }
    const error = across(new QuotaError('full'));
    expect(error).toBeInstanceOf(errors.RemoteError);
    expect(error).toMatchObject({ name: 'QuotaError', message: 'full', limit: 5, code: 'QUOTA', executed: 'yes' });
    expect(across(Object.assign(new QuotaError('x'), { name: 'Named' })).name).toBe('Named');
  });

  test('U42 own enumerable properties named errors, and an assigned cause, are kept', () => {
    const error = across(Object.assign(new Error('invalid'), { errors: ['a'], cause: new TypeError('why') }));
    expect(error).toHaveProperty('errors', ['a']);
    expect(error.cause).toBeInstanceOf(TypeError);
    expect(Object.hasOwn(across(new Error('none')), 'cause')).toBe(false);
  });

  test('H44 errors of the library keep their class only if the peer can know their facts', () => {
    const options = { executed: 'no', actor: 'A', exitCode: 1, signal: null } as const;
    for (const cls of [errors.ProxyError, errors.SerializerError, errors.TimeoutError, errors.AddressInUseError]) {
      expect(across(new cls('text', options))).toMatchObject({ constructor: cls, executed: 'no', name: cls.name });
    }
    expect(across(new errors.AuthkeyError('t', { address: 'tcp://h:1' }))).toHaveProperty('address', 'tcp://h:1');
    for (const cls of [errors.ActorDiedError, errors.ConnectionLostError, errors.ActorSpawnError]) {
      const error = across(new cls('text', options));
      expect(error).toMatchObject({ constructor: errors.RemoteError, name: cls.name, executed: 'yes' });
    }
    const forged = { name: 'ProxyError', message: '', library: 'ProxyError' };
    for (const properties of [{ code: 'ACTOR_DIED', executed: 'no' }, { code: 'NOT_EXPOSED', executed: 1 }, {}, null]) {
      expect(errorFromData({ ...forged, properties })).toBeInstanceOf(errors.RemoteError);
    }
    for (const library of ['ActorDiedError', 'RemoteError', 'Object', '__proto__', 'constructor']) {
      expect(errorFromData({ ...forged, library }).constructor).toBe(errors.RemoteError);
      expect(errorFromData({ ...forged, builtin: library }).constructor).toBe(errors.RemoteError);
    }
  });

  test('F12 the copy of any thrown value is safe, and cut if it is too long', () => {
    const circle = new Error('a', { cause: new Error('b') });
    Object.assign(circle.cause ?? {}, { cause: circle });
    expect(causes(across(circle)).map((error) => error.message)).toEqual(['a', 'b', expect.stringMatching(/cycle/)]);
    const long = across(new Error('x'.repeat(10_000_000)));
    expect(long.message).toBe(
      `${'x'.repeat(MAX_ERROR_MESSAGE_LENGTH)}… ${10_000_000 - MAX_ERROR_MESSAGE_LENGTH} more characters`,
    );
    const trap: unknown = new Proxy(new TypeError('t'), { get: boom, ownKeys: boom, getOwnPropertyDescriptor: boom });
    expect(across(trap)).toBeInstanceOf(errors.RemoteError);
    const getters = new Error('g');
    for (const key of ['stack', 'message', 'name', 'cause', 'code'])
      Object.defineProperty(getters, key, { get: boom, enumerable: true });
    expect(across(getters)).toMatchObject({
      message: expect.stringMatching(/cannot be read/),
      code: expect.any(String),
    });
    expect(across(Object.freeze(new RangeError('frozen')))).toBeInstanceOf(RangeError);
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const value of [null, undefined, Symbol('s'), proxy, Object.create(null)]) {
      expect(errorToData(value)).toMatchObject({ name: 'NonError', message: expect.stringContaining('was thrown') });
    }
  });

  test('F12 a property deeper than a thousand levels is omitted, and the error arrives', () => {
    const error = across(Object.assign(new Error('text'), { deep: nested(1_000), deeper: nested(1_001) }));
    expect(Object.keys(error)).toEqual(['deep']);
  });

  test('H44 an error of the library whose path is not a text becomes a foreign error', () => {
    for (const key of ['path', 'address']) {
      const sent = new errors.SerializerError('text', { code: 'UNSERIALIZABLE' });
      const revived = (value: unknown): Error =>
        errorFromData(errorToData(Object.assign(sent, { [key]: value }), { registry }), { registry });
      expect(revived('$.list[0]')).toBeInstanceOf(errors.SerializerError);
      expect(revived(7)).toBeInstanceOf(errors.RemoteError);
    }
  });

  test('F12 long chains and wide trees of errors end with a note', () => {
    let chain = new Error('0');
    for (let n = 1; n < 100; n++) chain = new Error(String(n), { cause: chain });
    expect(causes(across(chain))).toHaveLength(MAX_ERROR_DEPTH + 1);
    let tree: Error = new Error('leaf');
    for (let n = 0; n < 15; n++) tree = new AggregateError([tree, tree, tree], 'wide');
    expect(JSON.stringify(errorToData(tree)).length).toBeLessThan(10_000_000);
    const self: Record<string, unknown> = { name: 'E', message: 'm' };
    self['errors'] = Array.from({ length: 5_000 }, () => ({ error: self }));
    self['cause'] = { error: self };
    expect(errorFromData(self)).toBeInstanceOf(errors.RemoteError);
  });

  test('H63 hostile data is normalized, cut, and marked as remote', () => {
    const error = errorFromData({
      name: { toString: 1 },
      message: ['x'],
      stack: 'Error: x\n    at \u001b[2Jevil (file:///a.js:1:1)\n'.concat('    at b\n'.repeat(100_000)),
      builtin: 'TypeError',
      properties: JSON.parse(
        '{"__proto__":{"polluted":1},"constructor":1,"prototype":1,"stack":"s","message":"m","isActorDied":true}',
      ),
    });
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toBe('');
    expect(Object.keys(error)).toEqual(['isActorDied']);
    expect(error).not.toHaveProperty('polluted');
    expect(error.stack).toMatch(/^Error\n {4}--- in another process ---\n {4}at \\x1b\[2Jevil/);
    expect(error.stack?.length).toBeLessThan(70_000);
    expect(errorFromData({ name: `\u001b[31m\n${'n'.repeat(1_000)}`, message: '' }).name).toMatch(
      /^\\x1b\[31m n{200,250}$/,
    );
    for (const data of [null, 7, 'x', []]) expect(() => errorFromData(data)).toThrow(errors.SerializerError);
    const inherited: unknown = Object.create({ name: 'A', message: 'inherited', builtin: 'TypeError' });
    expect(errorFromData(inherited)).toMatchObject({ name: 'Error', message: '', constructor: errors.RemoteError });
  });

  test('H77 a redacted error keeps no stack, no property except its code, and no absolute path', () => {
    const message = "cannot open '/srv/app/secret.txt' at file:///srv/app/x.js, see https://example.org/a/b";
    const cause = Object.assign(new Error('in /home/u/x'), { config: { headers: { Authorization: 'key' } } });
    const error = Object.assign(new Error(message, { cause }), { code: 'ENOENT', path: '/srv/app/secret.txt' });
    const data = errorToData(error, { redact: true });
    expect(data).toMatchObject({
      message: "cannot open '[path]' at [path], see https://example.org/a/b",
      builtin: 'Error',
    });
    expect(data.properties).toEqual({ code: 'ENOENT' });
    expect(JSON.stringify(data)).not.toMatch(/stack|Authorization|home|secret/);
    expect(across(error)).toMatchObject({ path: '/srv/app/secret.txt', cause: { config: cause.config } });
  });

  test('U42 a redacted error of the library keeps its documented fields, and no others', () => {
    const address = 'tcp://10.0.0.1:5';
    expect(redacted(new errors.AuthkeyError('a', { address }))).toEqual({ address, code: 'AUTHKEY', executed: 'no' });
    expect(redacted(new errors.SerializerError('s', { path: '$.a' }))).toMatchObject({ path: '$.a' });
    const death = { exitCode: null, signal: 'SIGKILL' } as const;
    expect(redacted(new errors.ActorDiedError('d', { actor: 'Counter', ...death }))).toMatchObject({
      actor: 'Counter',
      ...death,
    });
    expect(redacted(new errors.WorkerDiedError('w', death))).toMatchObject(death);
    expect(redacted(new errors.RestartLimitError('r', death))).toMatchObject(death);
    expect(redacted(new errors.ActorSpawnError('s', { stderr: 'secret' }))).not.toHaveProperty('stderr');
    const odd = Object.assign(new errors.AuthkeyError('a', { address }), { path: '/srv', exitCode: 1 });
    expect(redacted(odd)).toEqual({ address, code: 'AUTHKEY', executed: 'no' });
    class Mine extends errors.AuthkeyError {}
    expect(redacted(new Mine('a', { address }))).not.toHaveProperty('address');
    expect(redacted(Object.assign(new Error('e'), { address, path: '/srv' }))).toBeUndefined();
  });

  test('U42 the plain copy contains only texts, so it can always be encoded', () => {
    const error = Object.assign(new RangeError('text', { cause: Symbol('s') }), { code: 5, socket: Symbol('s') });
    const { stack, ...data } = errorToPlainData(error);
    expect(data).toEqual({ name: 'RangeError', message: 'text', builtin: 'RangeError', properties: { code: 5 } });
    expect(stack).toMatch(/^ {4}at /);
    expect(errorFromData(errorToPlainData(new errors.ProxyError('p')))).toBeInstanceOf(errors.ProxyError);
  });
});

describe('the stack of a remote error', () => {
  test("U42 the caller's frames come before the remote frames", async () => {
    const remote = across(new RangeError('multi\nline'));
    expect(await caught(remote)).toBe(remote);
    const lines = remote.stack?.split('\n') ?? [];
    expect(lines.slice(0, 2)).toEqual(['RangeError: multi', 'line']);
    expect(lines[2]).toMatch(/^ {4}at (?:async )?userCode .*error-values\.test/);
    const border = lines.indexOf('    --- in actor process of Counter (pid 7) ---');
    expect(border).toBeGreaterThan(2);
    expect(lines[border + 1]).toMatch(/^ {4}at .*error-values\.test/);
    expect(lines.slice(2, border).join()).not.toMatch(/failLater|rejectWithCallerStack|node:internal/);
    expect(Object.keys(remote)).not.toContain('stack');
  });

  test('U42 an error that was forwarded twice shows every process on its path', async () => {
    const first = errorFromData(errorToData(new Error('deep')), { origin: 'C' });
    await caught(first);
    const second = errorFromData(errorToData(first), { origin: 'B' });
    await caught(second);
    expect(second.stack).toMatch(
      /^Error: deep\n {4}at (?:async )?userCode[^]*--- in B ---\n {4}at (?:async )?userCode[^]*--- in C ---\n/,
    );
  });

  test("an abort reason, the caller's other errors and values that are not errors stay unchanged", async () => {
    const reason = new Error('mine');
    const { stack } = reason;
    expect(await caught(reason)).toBe(reason);
    expect(reason.stack).toBe(stack);
    expect(await caught('text')).toBe('text');
    const frozen = Object.freeze(across(new Error('frozen')));
    expect(await caught(frozen)).toBe(frozen);
  });

  test("U41 an error of the library from a timer gets the caller's frames", async () => {
    const error = new errors.TimeoutError('late');
    error.stack = 'Error: late\n    at listOnTimeout (node:internal/timers:581:17)';
    await caught(error);
    expect(error.stack).toMatch(/^TimeoutError: late\n {4}at (?:async )?userCode/);
  });

  test("U42 without the caller's frames the remote stack stays unchanged", async () => {
    const limit = Error.stackTraceLimit;
    const remote = across(new Error('x'));
    const { stack } = remote;
    try {
      Error.stackTraceLimit = 0;
      await caught(remote);
    } finally {
      Error.stackTraceLimit = limit;
    }
    expect(remote.stack).toBe(stack);
    const { prepareStackTrace } = Error;
    Error.prepareStackTrace = (): unknown => [];
    try {
      await caught(remote);
    } finally {
      Reflect.set(Error, 'prepareStackTrace', prepareStackTrace);
    }
    expect(remote.stack).toBe(stack);
  });

  test('an unhandled rejection is reported once, within the same turn', async () => {
    const seen: unknown[] = [];
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', (reason) => seen.push(reason));
    try {
      const error = across(new Error('lost'));
      void new Promise<never>((resolve) => rejectWithCallerStack(resolve, error));
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      expect(seen).toEqual([error]);
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const listener of others) process.on('unhandledRejection', listener);
    }
  });
});
