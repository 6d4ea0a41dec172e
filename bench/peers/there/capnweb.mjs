/** A thread that capnweb exposes, on the port passed to it. */
import { workerData } from 'node:worker_threads';
import { newMessagePortRpcSession, RpcTarget } from 'capnweb';

class Functions extends RpcTarget {
  add(a, b) {
    return a + b;
  }

  echo(value) {
    return value;
  }
}

newMessagePortRpcSession(workerData.port, new Functions());
