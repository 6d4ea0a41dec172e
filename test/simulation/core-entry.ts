/** The entry of the testing build: the front door, and what a simulated process needs besides. */
import { liveAsActor } from '../../core/process/actor/run-actor.ts';
import { useStarter } from '../../core/process/owner/process-resources.ts';
import type { ProcessStarter } from '../../core/process/owner/started-process.ts';
import { operationName } from '../../core/references/exposure.ts';
import { OWNER_CONTROL } from '../../core/runtime/process-control.ts';
import { registerLazySerializer, registerTransport } from '../../core/runtime/registry.ts';
import { Runtime } from '../../core/runtime/runtime.ts';
import type { Connection } from '../../core/seam/transport.ts';
import { Authkey } from '../../core/trust/authkey.ts';
import { Identity } from '../../core/trust/identity.ts';
import { CONTROL_ID, FLAG_COPY } from '../../core/session/message.ts';
import * as uactor from '../../index.ts';
import { watchEdges } from './edges.ts';
import { changeEnvironment } from './environment.ts';
import type { CoreEnvironment } from './host-environment.ts';
import type { NetworkAccess } from './network.ts';
import { simTransport } from './sim-transport.ts';

/** What a simulated process gives its core. */
export interface Surround {
  readonly network: NetworkAccess;
  readonly starter: ProcessStarter;
  /** Told of every edge that a state machine of this core takes. */
  readonly took: (edge: string) => void;
}

/** A core of its own. */
export interface CoreInstance {
  /** The public names. */
  readonly uactor: typeof uactor;
  /** Puts the core into its surroundings. */
  settle(surround: Surround): void;
  /**
   * Makes a core whose process is gone the one of another process: {@link CoreInstance.settle} then begins as in a new core. Older cores
   * cannot.
   */
  renew?(environment: CoreEnvironment): void;
  /** Lives the life of an actor's process. */
  liveAsActor(pipe: Connection, load: (module: string) => Promise<object>): Promise<void>;
  /**
   * What a call asks for, in words for the trace: `take() of Shop 1`. `undefined` for an object that this process does not have.
   * Older cores cannot say.
   */
  nameCall?(target: number, operation: number, flags: number): string | undefined;
}

let tookEdge: Surround['took'] = () => undefined;
watchEdges((edge) => tookEdge(edge));

export const core: CoreInstance = {
  uactor,
  settle({ network, starter, took }) {
    tookEdge = took;
    // What is the process's own comes into being here, so that a core that served another process before is as good as a new one.
    Runtime.become(Identity.create(), Authkey.random());
    // A simulated process reaches others by the simulated network only, whatever the scheme.
    for (const scheme of ['sim', 'ipc', 'tcp']) registerTransport(simTransport(network, scheme));
    useStarter(starter);
  },
  renew(environment) {
    changeEnvironment(environment);
    // To be loaded when they are first asked for, as the front door has it.
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
