import { protobuf } from '../../serializers/protobuf/index.ts';
import { serializerProperties } from '../support/serializer-properties.ts';

serializerProperties(protobuf);
