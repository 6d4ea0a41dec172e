import { join } from 'node:path';
import { loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

/** The maximum message size of either end. */
export const GRPC_LIMITS = {
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
  'grpc.max_send_message_length': 64 * 1024 * 1024,
};

/** Loads the service of `peer.proto` and returns the class of its clients. */
export function loadFunctions() {
  return loadPackageDefinition(loadSync(join(import.meta.dirname, 'there', 'peer.proto'))).peer.Functions;
}
