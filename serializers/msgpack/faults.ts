import { CodecFaults } from '../../core/seam/codec/codec-faults.ts';

/** The errors of this serializer. */
export const faults: CodecFaults = new CodecFaults('msgpack');
