import { describe, expect, test } from 'vitest';
import { superjson } from '../../serializers/superjson/index.ts';
import { serializerConformance } from '../conformance/serializer-suite.ts';

serializerConformance({ describe, expect, test }, { serializer: superjson });
