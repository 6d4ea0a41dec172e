/** The built-in serializers, for tests that run over each of them. */
export const SERIALIZERS = ['superjson', 'msgpack', 'protobuf'] as const;
