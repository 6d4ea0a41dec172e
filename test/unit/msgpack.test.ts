import { describe, expect, test } from 'vitest';
import { msgpack } from '../../serializers/msgpack/index.ts';
import { serializerConformance } from '../conformance/serializer-suite.ts';

serializerConformance({ describe, expect, test }, { serializer: msgpack });
