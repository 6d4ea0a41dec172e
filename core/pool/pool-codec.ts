import { permissionOf } from '../trust/dial-policy.ts';
import { errorFromData } from '../values/error-revival.ts';
import { ErrorCopy } from '../values/error-values.ts';
import { SerializerError } from '../seam/errors.ts';
import { Runtime } from '../runtime/runtime.ts';
import { DEFAULT_LIMITS } from '../seam/limits.ts';
import { Output } from '../seam/output.ts';
import { BaseProxy, proxyReference } from '../proxy/base-proxy.ts';
import { makeProxy } from '../proxy/make-proxy.ts';
import { LocalReference } from '../references/local-reference.ts';
import { RemoteReference } from '../references/remote-reference.ts';
import { checkedFarToken, type FarToken, farTokenData, Tag } from '../references/token.ts';
import { SendableError } from '../values/sendable-error.ts';
import type { Extension, Extensions, Serializer } from '../seam/serializer.ts';
import { randomBytes } from '../seam/environment.ts';

/** What pools and their workers speak, whatever their clients do. */
export const POOL_SERIALIZER = 'msgpack';

const TICKET_BYTES = 16;

/**
 * Turns the arguments and results of tasks into bytes and back. Values and errors travel as they do between actors, and
 * so do proxies; functions, iterators and signals cannot, because a worker is no actor that could be called.
 */
export class PoolCodec {
  readonly #serializer: Serializer;
  readonly #origin: string;
  #output = new Output();

  /** @param origin - Where errors come from, for their stacks. */
  constructor(serializer: Serializer, origin: string) {
    this.#serializer = serializer;
    this.#origin = origin;
  }

  /** @throws {@link SerializerError} with the path to what cannot be sent. */
  encode(value: unknown): Uint8Array {
    try {
      const extensions = new TaskExtensions(this.#origin, []);
      this.#open(extensions).encode(value, this.#output);
      extensions.leaveTickets();
      return Buffer.concat(this.#output.take());
    } catch (error) {
      // What was written so far must not come before the next value.
      this.#output = new Output();
      throw error;
    }
  }

  /** An error as bytes: without what cannot be sent of it, if need be. */
  encodeError(error: unknown): Uint8Array {
    try {
      return this.encode(error);
    } catch (refused) {
      return this.encode(new SendableError(error, refused));
    }
  }

  /** Decodes a value, and reaches the proxies in it before. */
  async decode(bytes: Uint8Array): Promise<unknown> {
    const search = new TaskExtensions(this.#origin, []);
    const value = this.#open(search).decode(bytes);
    if (search.tokens.length === 0) return value;
    // Now that their references are known, the same bytes give the value with the proxies in it.
    const proxies = await Promise.all(search.tokens.map(claim));
    return this.#open(new TaskExtensions(this.#origin, proxies)).decode(bytes);
  }

  #open(extensions: Extensions): ReturnType<Serializer['open']> {
    const { maxDepth, maxNodes } = DEFAULT_LIMITS;
    // Tasks are encoded before it is known which worker takes them, so each message stands for itself.
    return this.#serializer.open({ extensions, maxDepth, maxNodes });
  }
}

/** What stands in a message to or from a worker for what is not copied. */
class TaskExtensions implements Extensions {
  /** The proxies in the message, in their order. */
  readonly tokens: FarToken[] = [];
  readonly #origin: string;
  readonly #proxies: readonly object[];
  /** Leaves the tickets for the proxies in the message with the processes of their objects. */
  #leave: (() => void)[] = [];

  constructor(origin: string, proxies: readonly object[]) {
    this.#origin = origin;
    this.#proxies = proxies;
  }

  replace(value: object): Extension | undefined {
    if (BaseProxy.isProxy(value)) return this.#replaceProxy(value);
    const error = ErrorCopy.of(value, { isSendable });
    if (error) return { tag: Tag.ERROR, data: error.data, identity: error.identity };
    return Runtime.current.classToExtension(value);
  }

  /** The message was encoded, so it will be sent. */
  leaveTickets(): void {
    for (const leave of this.#leave) leave();
    this.#leave = [];
  }

  revive(extension: Extension): unknown {
    const { tag, data } = extension;
    if (tag === Tag.ERROR) return errorFromData(data, { origin: this.#origin });
    if (tag !== Tag.FAR) return Runtime.current.classFromExtension(extension);
    const proxy = this.#proxies[this.tokens.push(checkedFarToken(data)) - 1];
    return proxy ?? {};
  }

  #replaceProxy(proxy: BaseProxy): Extension {
    const { token, leave } = handOver(proxy);
    this.#leave.push(leave);
    return { tag: Tag.FAR, data: farTokenData(token) };
  }
}

/** Whether there is a replacement for an object that is no error. */
function isSendable(value: object): boolean {
  return BaseProxy.isProxy(value) || Runtime.current.hasClassOf(value);
}

/** A proxy at once, because the reference is only lent until the next turn of the event loop. */
async function claim(token: FarToken): Promise<object> {
  const { typeids } = Runtime.current;
  const { authkey } = Runtime.current;
  const permit = permissionOf(() => Runtime.current.dialPolicy, { peer: 'pipe', local: true }, authkey);
  return makeProxy(await Runtime.current.claim(token, permit), typeids.proxyClass);
}

function handOver(proxy: BaseProxy): { readonly token: FarToken; readonly leave: () => void } {
  const runtime = Runtime.current;
  const reference = proxyReference(proxy);
  if (reference instanceof RemoteReference) {
    const handedOver = runtime.handOver(reference);
    if (handedOver) return handedOver;
  }
  if (reference instanceof LocalReference && runtime.endpoints.length > 0) {
    const { entry } = reference;
    const ticket = randomBytes(TICKET_BYTES).toString('hex');
    return {
      token: {
        instance: runtime.instance,
        endpoints: runtime.endpoints,
        id: entry.id,
        ticket,
        exposure: entry.exposure,
      },
      leave: () => runtime.tickets.grant(ticket, entry, DEFAULT_LIMITS.ticketMs, () => undefined),
    };
  }
  throw new SerializerError(
    "this proxy cannot be passed to or from a pool's worker: the process of its object listens nowhere",
  );
}
