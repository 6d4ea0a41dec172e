import { Counter } from '#fixtures/counter.js';
import { endInstrumentation, finishedSpans, measured, type SpanSummary } from '#fixtures/telemetry.js';
import { Traced } from '#fixtures/traced.js';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { callOptions, release } from 'uactor';
import { instrument } from 'uactor/opentelemetry';
import { afterAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';

afterAll(() => endInstrumentation());

const [CLIENT, SERVER]: readonly number[] = [SpanKind.CLIENT, SpanKind.SERVER];

/** Runs `body` in a span, and resolves to the span's context. */
async function inSpan(body: () => Promise<unknown>): Promise<{ readonly traceId: string; readonly spanId: string }> {
  return await trace.getTracer('test').startActiveSpan('request', async (span) => {
    await body().finally(() => span.end());
    return span.spanContext();
  });
}

function ofTrace(spans: readonly SpanSummary[], traceId: string): readonly SpanSummary[] {
  return spans.filter((span) => span.traceId === traceId && span.name !== 'request');
}

test('U79 calls from the owner through two actors are one trace, each span the child of the one before', async () => {
  await using first = await Traced.spawn();
  await using second = await Traced.spawn();
  const { traceId, spanId } = await inSpan(() => first.passOn(second, 21));
  const [outgoing, ...none] = ofTrace(finishedSpans(), traceId);
  expect(none).toEqual([]);
  const rpc = { 'rpc.system.name': 'uactor', 'rpc.method': 'Traced/passOn' };
  expect(outgoing).toMatchObject({ name: 'Traced/passOn', kind: SpanKind.CLIENT, parent: spanId, attributes: rpc });
  expect(outgoing?.attributes).toHaveProperty('server.address', expect.stringMatching(/^\/.*uactor-/));
  const between = ofTrace(await first.spans(), traceId);
  const incoming = between.find(({ kind }) => kind === SERVER);
  expect(incoming).toMatchObject({ name: 'Traced/passOn', parent: outgoing?.id, attributes: rpc });
  const nested = between.find(({ kind }) => kind === CLIENT);
  // A received proxy does not show the class of its actor.
  expect(nested).toMatchObject({ name: 'actor/double', parent: incoming?.id });
  expect(between).toHaveLength(2);
  expect(ofTrace(await second.spans(), traceId)).toMatchObject([
    { name: 'Traced/double', kind: SpanKind.SERVER, parent: nested?.id, status: SpanStatusCode.UNSET },
  ]);
});

test('U79 a call that fails has the status and the type of its error at both sides', async () => {
  await using actor = await Traced.spawn();
  const { traceId } = await inSpan(async () => expect(await failure(actor.fail())).toBeInstanceOf(RangeError));
  const failed = {
    name: 'Traced/fail',
    status: SpanStatusCode.ERROR,
    attributes: expect.objectContaining({ 'error.type': 'RangeError' }),
  };
  expect(ofTrace(finishedSpans(), traceId)).toMatchObject([failed]);
  expect(ofTrace(await actor.spans(), traceId)).toMatchObject([failed]);
});

test('U79 an error that cannot be converted to text arrives unchanged', async () => {
  await using actor = await Traced.spawn();
  const unshowable = { toString: 1, valueOf: 2 };
  expect(await failure(actor.fail(unshowable))).toEqual(unshowable);
});

test('U79 the type of an error of the library is its code', async () => {
  await using counter = await Counter.spawn();
  const late = callOptions(counter, { timeout: 1 });
  const { traceId } = await inSpan(async () => await failure(late.wait()));
  release(late);
  expect(ofTrace(finishedSpans(), traceId)).toMatchObject([{ attributes: { 'error.type': 'TIMEOUT' } }]);
});

test('U79 a spawn is a span with the process of the actor, or with the error', async () => {
  const { traceId, spanId } = await inSpan(async () => {
    await using counter = await Counter.spawn();
    await failure(Counter.with({ execArgv: ['--no-such-flag'], stdio: 'ignore' }).spawn());
    expect(await counter.increment()).toBe(1);
  });
  expect(ofTrace(finishedSpans(), traceId)).toMatchObject([
    {
      name: 'spawn Counter',
      kind: SpanKind.INTERNAL,
      parent: spanId,
      attributes: { 'uactor.pid': expect.any(Number) },
    },
    { name: 'spawn Counter', status: SpanStatusCode.ERROR, attributes: { 'error.type': 'SPAWN_FAILED' } },
    { name: 'Counter/increment' },
  ]);
});

test('U79 both sides measure the duration of calls in seconds, by method and type of error', async () => {
  await using actor = await Traced.spawn();
  const before = (await measured())['rpc.client.call.duration s Traced/double'] ?? 0;
  await actor.double(1);
  await actor.double(2);
  await failure(actor.fail());
  expect(await measured()).toMatchObject({
    'rpc.client.call.duration s Traced/double': before + 2,
    'rpc.client.call.duration s Traced/fail RangeError': expect.any(Number),
  });
  expect(await actor.measured()).toMatchObject({
    'rpc.server.call.duration s Traced/double': 2,
    'rpc.server.call.duration s Traced/fail RangeError': 1,
  });
});

test('U79 a process is instrumented by --import, whatever its actor is, and ignores metadata that are no context', async () => {
  const lines: string[] = [];
  const preload = new URL('../../build/fixtures/print-spans.js', import.meta.url).href;
  const log = (line: string): void => void lines.push(line);
  await using counter = await Counter.with({ execArgv: ['--import', preload], log }).spawn();
  const { traceId } = await inSpan(() => counter.increment());
  await eventually(() => expect(lines).toEqual([`Counter/increment ${traceId}`]));
  const strange = callOptions(counter, {
    intercept: ({ metadata }, next) => {
      Object.assign(metadata, { traceparent: 1, baggage: { a: 1 }, tracestate: null });
      return next();
    },
  });
  expect(await strange.increment()).toBe(2);
  release(strange);
  await eventually(() => expect(lines).toHaveLength(2));
  expect(lines[1]).not.toContain(traceId);
});

test('U79 a process is instrumented once at a time', () => {
  expect(() => instrument()).toThrow('instrument() was called twice in this process');
  endInstrumentation();
  const end = instrument();
  end();
  end();
  instrument()();
});
