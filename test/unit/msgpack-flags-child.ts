import { msgpack } from '../../serializers/msgpack/index.ts';
import { serializerConformance } from '../conformance/serializer-suite.ts';
import { BareRunner } from '../support/bare-runner.ts';

const runner = new BareRunner();
serializerConformance(runner.functions, { serializer: msgpack });
await runner.run();
