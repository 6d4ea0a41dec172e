import { describe, expect, test } from 'vitest';
import { protobuf } from '../../serializers/protobuf/index.ts';
import { serializerConformance } from '../conformance/serializer-suite.ts';

serializerConformance({ describe, expect, test }, { serializer: protobuf });
