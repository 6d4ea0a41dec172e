/** A server of grpc-js in its own process. */
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { GRPC_LIMITS, loadFunctions } from '../grpc-service.mjs';

const echo = (call, answer) => answer(null, call.request);
const server = new Server(GRPC_LIMITS);
server.addService(loadFunctions().service, {
  Add: ({ request }, answer) => answer(null, { value: request.a + request.b }),
  EchoSmall: echo,
  EchoRows: echo,
  EchoText: echo,
  EchoBytes: echo,
});
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.send(port);
});
process.on('disconnect', () => process.exit());
