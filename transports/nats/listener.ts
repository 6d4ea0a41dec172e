import { AddressInUseError } from '../../core/seam/errors.ts';
import type { Listener } from '../../core/seam/transport.ts';
import { formatAddress, parseAddress } from './address.ts';
import type { BrokerMessage, Link } from './broker.ts';
import { type BrokerConnection, connectionOver } from './broker-connection.ts';
import { type Frame, greet, greeting, Kind, readFrame, readGreeting } from './frame.ts';
import { awaitedSubject, clientOf, connectionSubjects, freshToken, inboxSubject, replySubject } from './subjects.ts';

/** How long another listener may take to reply that it exists, in milliseconds. */
const PRESENT_MS = 1_000;

/**
 * Listens at an address. Without an incarnation in the address it creates one, and also accepts connections for the name alone.
 *
 * @throws {@link AddressInUseError} when another listener uses the address; `TransportError` for an invalid address.
 */
export async function listen(
  link: Link,
  address: string,
  accept: (connection: BrokerConnection) => void,
): Promise<Listener> {
  const { cluster, namespace, name = freshToken(), incarnation } = parseAddress(address);
  const own = incarnation ?? freshToken();
  link.hold.acquire();
  try {
    const asked = inboxSubject(namespace, name, incarnation);
    if (await isInUse(link, namespace, asked)) {
      throw new AddressInUseError(
        `Another process already listens on ${address}; choose another address or stop it first.`,
      );
    }
    const subjects = new Set([asked, inboxSubject(namespace, name, own)]);
    const inbox = new NatsListener(link, formatAddress(cluster, namespace, name, own), namespace, subjects, accept);
    await link.broker.flush();
    return inbox;
  } catch (error) {
    link.hold.release();
    throw error;
  }
}

/** Whether another listener exists. One that does not reply in time is stopped, and still has the address. */
function isInUse({ broker, clock }: Link, namespace: string, inbox: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asker = freshToken();
    let cancel: (() => void) | undefined;
    const done = (used: boolean): void => {
      unsubscribe();
      unwatch();
      cancel?.();
      resolve(used);
    };
    // Asked again after a break, with the full time.
    const ask = (connected: boolean): void => {
      cancel?.();
      if (!connected) return;
      broker.publish(inbox, greeting(Kind.probe, Buffer.alloc(0)), replySubject(namespace, asker));
      cancel = clock.after(PRESENT_MS, () => done(true));
    };
    const unsubscribe = broker.subscribe(awaitedSubject(namespace, asker), ({ nobody }) => done(!nobody));
    const unwatch = broker.watch(ask);
    ask(broker.connected);
  });
}

/** Accepts connections for one incarnation of a listener. */
class NatsListener implements Listener {
  readonly address: string;
  readonly #link: Link;
  readonly #namespace: string;
  readonly #accept: (connection: BrokerConnection) => void;
  readonly #unsubscribe: readonly (() => void)[];
  /** By the client's token: repeated requests concern one connection. */
  readonly #connections = new Map<string, { readonly connection: BrokerConnection; readonly accepted: () => void }>();
  #closed = false;

  constructor(
    link: Link,
    address: string,
    namespace: string,
    subjects: ReadonlySet<string>,
    accept: (connection: BrokerConnection) => void,
  ) {
    this.address = address;
    this.#link = link;
    this.#namespace = namespace;
    this.#accept = accept;
    this.#unsubscribe = [...subjects].map((subject) =>
      link.broker.subscribe(subject, (message) => {
        this.#hear(message);
      }),
    );
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await this.#link.broker.flush();
    this.#link.hold.release();
  }

  #hear({ payload, reply }: BrokerMessage): void {
    const frame = readFrame(payload);
    const client = clientOf(this.#namespace, reply);
    if (this.#closed || frame === undefined || client === undefined) return;
    if (frame.kind === Kind.probe) this.#link.broker.publish(reply, greeting(Kind.present, Buffer.alloc(0)));
    else if (frame.kind === Kind.abandon) this.#connections.get(client)?.connection.destroy();
    else if (frame.kind === Kind.open) this.#open(frame, client);
  }

  #open(frame: Frame, client: string): void {
    const greeted = readGreeting(frame.payload);
    const { broker } = this.#link;
    const known = this.#connections.get(client);
    const server = freshToken();
    const { toServer, toClient } = connectionSubjects(this.#namespace, client, server);
    // If the client is gone, the broker says so at once.
    const accepted = (): void => broker.publish(toClient, greet(Kind.accept, this.#link), toServer);
    if (known !== undefined) {
      known.accepted();
      return;
    }
    if (greeted?.secured !== this.#link.secured) {
      // The client learns from the reply how this end differs.
      accepted();
      return;
    }
    const unsubscribe = broker.subscribe(toServer, (message) => connection.arrive(message));
    const connection = connectionOver(this.#link, greeted.process, {
      peer: `client ${client} of ${this.address}`,
      subjects: { send: toClient, receive: toServer },
      forgotten: () => {
        unsubscribe();
        this.#connections.delete(client);
      },
    });
    this.#connections.set(client, { connection, accepted });
    accepted();
    this.#accept(connection);
  }
}
