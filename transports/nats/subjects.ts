import { randomBytes } from '../../core/seam/environment.ts';

/** 128 random bits, unguessable, in characters that subjects may contain. */
const TOKEN_BYTES = 16;

const TOKEN = /^[\w-]{22}$/;

/** Stands in a reply subject for a listener that is not known yet. */
const NO_SERVER = '-';

/** Creates a token for one end of a connection, or for one incarnation of a listener. */
export function freshToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** Returns the subject for requests to a listener: to one incarnation, or to any under the name. */
export function inboxSubject(namespace: string, name: string, incarnation: string | undefined): string {
  return `ua.${namespace}.a.${name}.${incarnation ?? NO_SERVER}`;
}

/**
 * The subjects of a connection. Each end creates one of the two tokens, so that neither can be made to reply for another
 * connection.
 */
export interface ConnectionSubjects {
  readonly toServer: string;
  readonly toClient: string;
}

export function connectionSubjects(namespace: string, client: string, server: string): ConnectionSubjects {
  const stem = `ua.${namespace}.c.${client}.${server}`;
  return { toServer: `${stem}.s`, toClient: `${stem}.c` };
}

/** Returns the subject on which a client receives frames of listeners that it does not know yet. */
export function awaitedSubject(namespace: string, client: string): string {
  return connectionSubjects(namespace, client, '*').toClient;
}

/** Returns the subject for replies to a client before there is a connection. */
export function replySubject(namespace: string, client: string): string {
  return connectionSubjects(namespace, client, NO_SERVER).toClient;
}

/** Returns the client's token in such a subject; `undefined` for any other. */
export function clientOf(namespace: string, reply: string): string | undefined {
  const token = reply.split('.')[3] ?? '';
  return TOKEN.test(token) && reply === replySubject(namespace, token) ? token : undefined;
}

/** Returns the listener's token in the subject of a frame to the client; `undefined` if there is none. */
export function serverOf(subject: string): string | undefined {
  const token = subject.split('.')[4] ?? '';
  return TOKEN.test(token) ? token : undefined;
}
