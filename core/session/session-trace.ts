import { tracingChannel } from 'node:diagnostics_channel';
import { UActorError } from '../seam/errors.ts';
import type { EndCause } from './session-life.ts';
import type { SessionSetup } from './session-setup.ts';
import type { Farewell } from './session-terms.ts';

/** The message about a session on the tracing channel `uactor:session`. */
export interface SessionMessage {
  /** The name of the actor at the other end, or where the peer is if this process knows no name. */
  readonly actor: string;
  /** The identity of the process at the other end. */
  readonly instance: string;
  /** The address that was connected to; `undefined` for a session that the other end began, and for the pipe of a spawned actor. */
  readonly address: string | undefined;
  /** Whether the session replaces a lost one, for the proxies of a `connect`. */
  readonly reconnect: boolean;
  /** The name of the serializer. */
  readonly serializer: string;
  /** After its end: the reason that one of the ends gave, such as `idle` or `shutdown`; `undefined` if the connection was cut. */
  readonly reason: string | undefined;
  /** After an end that was not orderly: the code of the error with which its calls reject. */
  readonly code: string | undefined;
}

/** Sessions, for `node:diagnostics_channel`. */
export const sessionChannel: ReturnType<typeof tracingChannel> = tracingChannel('uactor:session');

/** The reasons of an orderly end. */
const ORDERLY: readonly (string | undefined)[] = ['shutdown', 'idle', 'released'];

/** Publishes that a session has opened and, later, how it ended. */
export function traceSession(
  { label, peer, serializer, reconnect = false }: SessionSetup,
  ended: Promise<EndCause>,
  farewell: () => Farewell | undefined,
): void {
  const { instance, address } = peer;
  const message: { -readonly [Name in keyof SessionMessage]: SessionMessage[Name] } = {
    actor: label,
    instance,
    address,
    reconnect,
    serializer: serializer.name,
    reason: undefined,
    code: undefined,
  };
  const life = async (): Promise<void> => {
    const cause = await ended;
    message.reason = farewell()?.reason;
    if (ORDERLY.includes(message.reason)) return;
    const error = cause('maybe');
    if (error instanceof UActorError) message.code = error.code;
    throw error;
  };
  // The error is only for subscribers: each call of the session rejects with its own error.
  sessionChannel.tracePromise(life, message).catch(() => undefined);
}
