import { expect, test } from 'vitest';
import {
  addressInfo,
  loadSerializer,
  registerLazySerializer,
  registerSerializer,
  registerTransport,
} from '../../core/runtime/registry.ts';
import '../../index.ts';
import type { Serializer } from '../../core/seam/serializer.ts';
import { ipc } from '../../transports/ipc/index.ts';
import { superjson } from '../../serializers/superjson/index.ts';

const library: Serializer = { name: 'replaced', open: superjson.open };
const own: Serializer = { name: 'replaced', open: superjson.open };

test('U45 an entry that is registered while another loads under the same name replaces it for all callers', async () => {
  registerLazySerializer('replaced', () => Promise.resolve(library));
  const loading = loadSerializer('replaced');
  registerSerializer(own);
  expect(await loading).toBe(own);
  expect(await loadSerializer('replaced')).toBe(own);
});

test('U45 concurrent requests share one loaded instance', async () => {
  registerLazySerializer('loaded', () => Promise.resolve({ name: 'loaded', open: superjson.open }));
  const [first, second] = await Promise.all([loadSerializer('loaded'), loadSerializer('loaded')]);
  expect(second).toBe(first);
  expect(await loadSerializer('loaded')).toBe(first);
});

test('H69 a transport guards its own addresses, even before it is loaded', () => {
  expect(addressInfo('ipc:///run/a.sock')).toEqual({ reach: 'machine', guarded: true });
  expect(addressInfo('TCP://inside:7000')).toEqual({ reach: 'direct', guarded: true });
  expect(addressInfo('nobody://inside')).toEqual({ reach: 'direct' });
  expect(addressInfo('no address')).toEqual({ reach: 'direct' });
  const { addressInfo: _, ...silent } = ipc;
  registerTransport({ ...silent, scheme: 'silent' });
  expect(addressInfo('silent://inside')).toEqual({ reach: 'direct' });
  registerTransport({
    ...silent,
    scheme: 'broker',
    addressInfo: (address) => ({ reach: 'relay', guarded: address.endsWith('/ours') }),
  });
  expect(addressInfo('broker://x/ours')).toEqual({ reach: 'relay', guarded: true });
  expect(addressInfo('broker://x/theirs')).toEqual({ reach: 'relay', guarded: false });
});
