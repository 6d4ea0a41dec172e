import { join } from 'node:path';
import { loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

/** The largest message that either end takes. */
export const GRPC_LIMITS = {
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
  'grpc.max_send_message_length': 64 * 1024 * 1024,
};

/** The service of `peer.proto`: the class of its clients. */
export function loadFunctions() {
  return loadPackageDefinition(loadSync(join(import.meta.dirname, 'there', 'peer.proto'))).peer.Functions;
}
