/**
 * The suites that the built-in serializers and transports pass, for authors of further ones. They receive the functions of your
 * test runner.
 *
 * ```ts
 * import { describe, expect, test } from 'vitest';
 * import { serializerConformance } from 'uactor/conformance';
 * import { cbor } from './cbor.js';
 *
 * serializerConformance({ describe, test, expect }, { serializer: cbor });
 * ```
 *
 * The suite's {@link SAMPLES} and {@link CodecPair} are also useful for measuring a serializer.
 *
 * @module uactor/conformance
 */
export { CodecPair, SampleExtensions } from './codec-pair.ts';
export { type SerializerSubject, serializerConformance } from './serializer-suite.ts';
export type { TestFunctions } from './test-functions.ts';
export { type TransportSubject, transportConformance } from './transport-suite.ts';
export { type Sample, SAMPLES } from './values.ts';
