import { expect, test } from 'vitest';
import { loadSerializer, registerLazySerializer, registerSerializer } from '../../core/runtime/registry.ts';
import type { Serializer } from '../../core/seam/serializer.ts';
import { superjson } from '../../serializers/superjson/index.ts';

const library: Serializer = { name: 'replaced', open: superjson.open };
const own: Serializer = { name: 'replaced', open: superjson.open };

test('U45 what is registered under a name while another one is being loaded takes its place, whoever asks when', async () => {
  registerLazySerializer('replaced', () => Promise.resolve(library));
  const loading = loadSerializer('replaced');
  registerSerializer(own);
  expect(await loading).toBe(own);
  expect(await loadSerializer('replaced')).toBe(own);
});

test('U45 what is loaded is the same one for all who ask at the same time', async () => {
  registerLazySerializer('loaded', () => Promise.resolve({ name: 'loaded', open: superjson.open }));
  const [first, second] = await Promise.all([loadSerializer('loaded'), loadSerializer('loaded')]);
  expect(second).toBe(first);
  expect(await loadSerializer('loaded')).toBe(first);
});
