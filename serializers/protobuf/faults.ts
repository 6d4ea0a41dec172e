import { CodecFaults } from '../../core/codec/codec-faults.ts';

/** The errors of this serializer. */
export const faults: CodecFaults = new CodecFaults('protobuf');
