/** The entry of the testing build: the public entry, and the additional parts that a simulated process needs. */
import * as uactor from '../../index.ts';
import { liveAsActor } from '../../core/process/actor/run-actor.ts';
import { useStarter } from '../../core/process/owner/node-process.ts';
import type { ProcessStarter } from '../../core/process/owner/started-process.ts';
import { operationName } from '../../core/references/exposure.ts';
import { OWNER_CONTROL } from '../../core/runtime/process-control.ts';
import { registerLazySerializer, registerTransport } from '../../core/runtime/registry.ts';
import { Runtime } from '../../core/runtime/runtime.ts';
import type { Connection } from '../../core/seam/transport.ts';
import { Authkey } from '../../core/trust/authkey.ts';
import { Identity } from '../../core/trust/identity.ts';
import { CONTROL_ID, FLAG_COPY } from '../../core/session/message.ts';
import { watchEdges } from './edges.ts';
import { changeEnvironment } from './environment.ts';
import type { CoreEnvironment } from './host-environment.ts';
import type { NetworkAccess } from './network.ts';
import { simTransport } from './sim-transport.ts';

/** The parts that a simulated process gives its core. */
export interface Surround {
  readonly network: NetworkAccess;
  readonly starter: ProcessStarter;
  /** Called with every edge that a state machine of this core takes. */
  readonly took: (edge: string) => void;
}

/** A separate instance of the core. */
export interface CoreInstance {
  /** The public names. */
  readonly uactor: typeof uactor;
  /** Connects the core to its surroundings. */
  settle(surround: Surround): void;
  /**
   * Passes the core of an ended process on to another process: {@link CoreInstance.settle} then starts like in a new core. Older cores
   * cannot do this.
   */
  renew?(environment: CoreEnvironment): void;
  /** Runs as an actor's process. */
  liveAsActor(pipe: Connection, load: (module: string) => Promise<object>): Promise<void>;
  /**
   * Returns the operation of a call, in words for the trace: `take() of Shop 1`. `undefined` for an object that this process does not
   * have, and from older cores.
   */
  nameCall?(target: number, operation: number, flags: number): string | undefined;
}

let tookEdge: Surround['took'] = () => undefined;
watchEdges((edge) => tookEdge(edge));

export const core: CoreInstance = {
  uactor,
  settle({ network, starter, took }) {
    tookEdge = took;
    // The process's own state is created here, so a core that served another process before is equivalent to a new one.
    Runtime.become(Identity.create(), Authkey.random());
    // A simulated process reaches others only through the simulated network, with every scheme.
    for (const scheme of ['sim', 'ipc', 'tcp']) registerTransport(simTransport(network, scheme));
    useStarter(starter);
  },
  renew(environment) {
    changeEnvironment(environment);
    // These are loaded on first use, as in the public entry.
    registerLazySerializer('superjson', async () => (await import('../../serializers/superjson/index.ts')).superjson);
    registerLazySerializer('msgpack', async () => (await import('../../serializers/msgpack/index.ts')).msgpack);
    registerLazySerializer('protobuf', async () => (await import('../../serializers/protobuf/index.ts')).protobuf);
  },
  liveAsActor,
  nameCall(target, operation, flags) {
    if (target === CONTROL_ID) return `${operationName(OWNER_CONTROL, operation)} of the process itself`;
    const entry = [...Runtime.current.objects.entries()].find(({ id }) => id === target);
    if (entry === undefined) return undefined;
    const { object, exposure } = entry;
    const asked = (flags & FLAG_COPY) === 0 ? operationName(exposure, operation) : 'the value';
    return `${asked} of ${typeof object === 'function' ? 'function' : object.constructor.name} ${target}`;
  },
};
