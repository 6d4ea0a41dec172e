import { serializerConformance } from 'uactor/conformance';
import { describe, expect, test } from 'vitest';
import { cbor } from '../../examples/cbor.ts';

serializerConformance({ describe, expect, test }, { serializer: cbor });
