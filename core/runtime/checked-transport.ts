import { process, setImmediate } from '../seam/environment.ts';
import { ActorUnreachableError } from '../seam/errors.ts';
import type {
  AddressInfo,
  Connection,
  ConnectOptions,
  Listener,
  ListenOptions,
  PrivateAddress,
  Transport,
} from '../seam/transport.ts';
import { guarded } from '../values/error-text.ts';
import { onAbort } from '../references/abort-listeners.ts';
import { CheckedConnection, faultOf, isFunction, isObject, shown } from './checked-connection.ts';

/** The class of an address that its transport does not classify. */
const UNKNOWN: AddressInfo = { reach: 'direct' };

/**
 * A transport of a program, which may break the contract of `core/seam/transport.ts`: it checks the results of each method, and
 * turns everything else into an error that names the transport. The core relies on the contract.
 */
export class CheckedTransport implements Transport {
  readonly scheme: string;
  readonly privateAddress?: () => PrivateAddress;
  readonly #inner: Transport;
  #warned = false;

  constructor(transport: Transport) {
    this.scheme = transport.scheme;
    this.#inner = transport;
    const privateAddress = transport.privateAddress?.bind(transport);
    if (privateAddress !== undefined) this.privateAddress = privateAddress;
  }

  async listen(address: string, accept: (connection: Connection) => void, options: ListenOptions): Promise<Listener> {
    const failed = (fault: Error): void => this.#warn(fault);
    const checked = (connection: Connection): void => accept(new CheckedConnection(connection, this.scheme, failed));
    const listener = await this.#settled('listen', () => this.#inner.listen(address, checked, options));
    const fault = faultOfListener(listener);
    if (fault === undefined) return listener;
    // The system's listener would keep the process alive.
    void (async () => await listener.close())().catch(() => undefined);
    throw faultOf(this.scheme, fault);
  }

  async connect(address: string, options: ConnectOptions): Promise<Connection> {
    const { signal } = options;
    const opening = this.#settled('connect', () => this.#inner.connect(address, options));
    return await new Promise((resolve, reject) => {
      let ended = false;
      const giveUp = (): void => {
        if (ended) return;
        ended = true;
        const message = `No actor could be reached at ${address}: connect() of its transport did not end in time.`;
        reject(new ActorUnreachableError(message, { cause: signal.reason }));
      };
      // A transport that gives up itself knows more, so it has a turn for its own error.
      const abort = (): void => void setImmediate(giveUp);
      const leave = signal.aborted ? (): void => undefined : onAbort(signal, abort);
      const connected = (made: Connection): void => {
        const connection = new CheckedConnection(made, this.scheme);
        if (ended) connection.destroy();
        else if (connection.fault === undefined) resolve(connection);
        else reject(connection.fault);
      };
      void opening.then(connected, reject).finally(() => {
        ended = true;
        leave();
      });
      if (signal.aborted) abort();
    });
  }

  addressInfo(address: string): AddressInfo {
    const info = guarded(() => this.#inner.addressInfo?.(address), undefined);
    return isAddressInfo(info) ? info : UNKNOWN;
  }

  /** Awaits a method. Anything can be thrown, but only an error says what happened. */
  async #settled<T>(name: string, method: () => Promise<T>): Promise<T> {
    try {
      return await method();
    } catch (error) {
      if (error instanceof Error) throw error;
      throw faultOf(this.scheme, `${name}() threw ${shown(error)}, which is not an error`, error);
    }
  }

  /** The end of an accepted connection is the peer's error; the author of the transport may see only this process. */
  #warn(fault: Error): void {
    if (this.#warned) return;
    this.#warned = true;
    const message = `A connection was closed, and further ones will be without a warning: ${fault.message}`;
    process.emitWarning(message, { type: 'UActorWarning', code: 'UACTOR_TRANSPORT', detail: fault.stack ?? '' });
  }
}

/** What is wrong with a listener. */
function faultOfListener(listener: Listener): string | undefined {
  if (!isObject(listener)) return `listen() made ${shown(listener)}, which is not a listener`;
  const facts: Partial<Record<keyof Listener, unknown>> = listener;
  const { address, endpoints } = facts;
  if (!isFunction(facts.close)) return 'a listener has no method close()';
  if (!isAddress(address)) {
    return `the address of a listener is ${shown(address)}, which does not begin with a scheme and ://`;
  }
  if (endpoints === undefined || (Array.isArray(endpoints) && endpoints.every(isAddress))) return undefined;
  return `the endpoints of a listener are ${shown(endpoints)} instead of a list of addresses`;
}

function isAddress(address: unknown): boolean {
  return typeof address === 'string' && /^[a-z][a-z0-9+.-]*:\/\//.test(address);
}

function isAddressInfo(info: AddressInfo | undefined): info is AddressInfo {
  if (!isObject(info)) return false;
  const { reach, guarded: safe = false }: Partial<Record<keyof AddressInfo, unknown>> = info;
  return (reach === 'machine' || reach === 'direct' || reach === 'relay') && typeof safe === 'boolean';
}
