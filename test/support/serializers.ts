/** The built-in serializers, for tests of what is sent between processes. */
export const SERIALIZERS = ['superjson', 'msgpack', 'protobuf'] as const;

/**
 * Whether tests whose subject does not depend on the serializer or the transport run over all of them: `FULL_MATRIX=1 npm test`.
 * Otherwise they run once, and one smoke test per serializer shows the rest (`test/integration/shared-objects.test.ts`).
 */
export const FULL_MATRIX = process.env['FULL_MATRIX'] === '1';

/** The serializers of a test whose subject does not depend on them. Tests that choose no serializer run over superjson. */
export const SEMANTICS: readonly (typeof SERIALIZERS)[number][] = FULL_MATRIX ? SERIALIZERS : ['msgpack'];
