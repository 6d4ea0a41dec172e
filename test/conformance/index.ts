/**
 * The suites that the built-in serializers and transports pass, for those who write their own. They take the functions
 * of whatever test runner is in use.
 *
 * ```ts
 * import { describe, expect, test } from 'vitest';
 * import { serializerConformance } from 'uactor/conformance';
 * import { cbor } from './cbor.js';
 *
 * serializerConformance({ describe, test, expect }, { serializer: cbor });
 * ```
 *
 * {@link SAMPLES} and {@link CodecPair}, which the suite is made of, serve to measure a serializer too.
 *
 * @module uactor/conformance
 */
export { CodecPair, SampleExtensions } from './codec-pair.ts';
export { type SerializerSubject, serializerConformance } from './serializer-suite.ts';
export type { TestFunctions } from './test-functions.ts';
export { type TransportSubject, transportConformance } from './transport-suite.ts';
export { type Sample, SAMPLES } from './values.ts';
