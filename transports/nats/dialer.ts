import { type UActorError, unreachable } from '../../core/seam/errors.ts';
import { parseTarget } from './address.ts';
import type { BrokerMessage, Link } from './broker.ts';
import { type BrokerConnection, connectionOver } from './broker-connection.ts';
import { greet, greeting, Kind, readFrame, readGreeting } from './frame.ts';
import { awaitedSubject, connectionSubjects, freshToken, inboxSubject, replySubject, serverOf } from './subjects.ts';

/** The time after which the request to the listener is repeated, in milliseconds. */
const ASK_AGAIN_MS = 500;

/** For this long after the broker has (re)connected, a missing listener proves nothing: it may not have reconnected yet. */
const RETURN_MS = 2_000;

/**
 * Opens a connection to the listener at an address.
 *
 * @throws {@link ActorUnreachableError} when there is none, or none replies before the signal aborts; `TransportError` for an
 * invalid address.
 */
export function dial(link: Link, address: string, signal: AbortSignal): Promise<BrokerConnection> {
  const target = parseTarget(address);
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(unreachable(address, 'the attempt was abandoned', signal.reason));
      return;
    }
    const attempt = new Attempt(link, address, target, {
      resolve,
      reject: (error) => {
        signal.removeEventListener('abort', abort);
        reject(error);
      },
    });
    const abort = (): void => attempt.giveUp(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    attempt.begin();
  });
}

/** A caller that waits for a connection. */
interface Waiting {
  readonly resolve: (connection: BrokerConnection) => void;
  readonly reject: (error: UActorError) => void;
}

type State =
  | { readonly kind: 'asking'; readonly waiting: Waiting }
  | { readonly kind: 'connected'; readonly server: string; readonly connection: BrokerConnection }
  | { readonly kind: 'over' };

/** One attempt, which later passes messages to its connection. */
class Attempt {
  readonly #link: Link;
  readonly #address: string;
  readonly #namespace: string;
  readonly #inbox: string;
  readonly #client = freshToken();
  readonly #unsubscribe: () => void;
  readonly #unwatch: () => void;
  #cancel: (() => void) | undefined;
  #cameAt: number | undefined;
  #state: State;

  constructor(
    link: Link,
    address: string,
    target: { readonly namespace: string; readonly name: string; readonly incarnation: string | undefined },
    waiting: Waiting,
  ) {
    this.#link = link;
    this.#address = address;
    this.#namespace = target.namespace;
    this.#inbox = inboxSubject(target.namespace, target.name, target.incarnation);
    this.#state = { kind: 'asking', waiting };
    link.hold.acquire();
    const { broker } = link;
    this.#unsubscribe = broker.subscribe(awaitedSubject(this.#namespace, this.#client), (message) =>
      this.#hear(message),
    );
    this.#unwatch = broker.watch((connected) => {
      if (!connected) return;
      this.#cameAt = link.clock.now();
      this.#ask();
    });
  }

  begin(): void {
    this.#ask();
  }

  giveUp(reason: unknown): void {
    if (this.#state.kind !== 'asking') return;
    const { broker } = this.#link;
    if (broker.connected) {
      // Sent after the request: a listener that has accepted meanwhile closes the connection.
      broker.publish(this.#inbox, greeting(Kind.abandon, Buffer.alloc(0)), replySubject(this.#namespace, this.#client));
    }
    const why = broker.connected ? 'it did not answer in time (limits.handshakeMs)' : 'the broker is unavailable';
    this.#fail(unreachable(this.#address, why, reason));
  }

  #ask(): void {
    if (this.#state.kind !== 'asking') return;
    const { broker, clock } = this.#link;
    this.#cancel?.();
    this.#cancel = clock.after(ASK_AGAIN_MS, () => this.#ask());
    if (!broker.connected) return;
    broker.publish(this.#inbox, greet(Kind.open, this.#link), replySubject(this.#namespace, this.#client));
  }

  #hear(message: BrokerMessage): void {
    switch (this.#state.kind) {
      case 'asking':
        if (message.nobody) this.#nobody();
        else this.#accepted(message, this.#state.waiting);
        return;
      case 'connected':
        this.#pass(message, this.#state.server, this.#state.connection);
        return;
      case 'over':
    }
  }

  #nobody(): void {
    // After a break of the broker, both ends return one after the other.
    const { clock } = this.#link;
    if (this.#cameAt !== undefined && clock.now() - this.#cameAt < RETURN_MS) return;
    this.#fail(unreachable(this.#address, 'nothing listens there'));
  }

  #accepted(message: BrokerMessage, waiting: Waiting): void {
    const frame = readFrame(message.payload);
    const server = serverOf(message.subject);
    if (frame?.kind !== Kind.accept || server === undefined) return;
    const greeted = readGreeting(frame.payload);
    if (greeted?.secured !== this.#link.secured) {
      const why =
        greeted === undefined
          ? 'it uses another version of this protocol; use the same release at both ends'
          : 'options.transport.nats.encryption is not the same at both ends';
      this.#fail(unreachable(this.#address, why));
      return;
    }
    const subjects = connectionSubjects(this.#namespace, this.#client, server);
    const connection = connectionOver(this.#link, greeted.process, {
      peer: this.#address,
      subjects: { send: subjects.toServer, receive: subjects.toClient },
      forgotten: () => this.#over(),
    });
    this.#cancel?.();
    this.#unwatch();
    this.#state = { kind: 'connected', server, connection };
    this.#link.hold.release();
    waiting.resolve(connection);
  }

  #pass(message: BrokerMessage, server: string, connection: BrokerConnection): void {
    const from = serverOf(message.subject);
    if (from === server) {
      connection.arrive(message);
    } else if (from !== undefined && !message.nobody) {
      // A listener that had been stopped replies to an old request: its connection has no client.
      const { toServer } = connectionSubjects(this.#namespace, this.#client, from);
      this.#link.broker.publish(toServer, greeting(Kind.reset, Buffer.alloc(0)));
    }
  }

  #fail(error: UActorError): void {
    if (this.#state.kind !== 'asking') return;
    const { waiting } = this.#state;
    this.#over();
    this.#link.hold.release();
    waiting.reject(error);
  }

  #over(): void {
    this.#state = { kind: 'over' };
    this.#cancel?.();
    this.#unwatch();
    this.#unsubscribe();
  }
}
