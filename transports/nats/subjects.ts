import { randomBytes } from '../../core/seam/environment.ts';

/** Random, so that it cannot be guessed: 128 bits, of characters that subjects may have. */
const TOKEN_BYTES = 16;

const TOKEN = /^[\w-]{22}$/;

/** What stands in a reply subject where a connection has no listener yet. */
const NO_SERVER = '-';

/** A token for one end of a connection, or for one life of a listener. */
export function freshToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** Where a listener is asked for connections: one life of it, or whichever has the name. */
export function inboxSubject(namespace: string, name: string, incarnation: string | undefined): string {
  return `ua.${namespace}.a.${name}.${incarnation ?? NO_SERVER}`;
}

/** The subjects of a connection. Each end makes one of the two tokens, so that neither can be made to answer for another connection. */
export interface ConnectionSubjects {
  readonly toServer: string;
  readonly toClient: string;
}

export function connectionSubjects(namespace: string, client: string, server: string): ConnectionSubjects {
  const stem = `ua.${namespace}.c.${client}.${server}`;
  return { toServer: `${stem}.s`, toClient: `${stem}.c` };
}

/** Where a client hears of listeners that it does not know yet. */
export function awaitedSubject(namespace: string, client: string): string {
  return connectionSubjects(namespace, client, '*').toClient;
}

/** The subject that a client has answers sent to before there is a connection. */
export function replySubject(namespace: string, client: string): string {
  return connectionSubjects(namespace, client, NO_SERVER).toClient;
}

/** The client's token in such a subject; `undefined` in any other. */
export function clientOf(namespace: string, reply: string): string | undefined {
  const token = reply.split('.')[3] ?? '';
  return TOKEN.test(token) && reply === replySubject(namespace, token) ? token : undefined;
}

/** The listener's token in the subject of a frame to the client; `undefined` where there is none. */
export function serverOf(subject: string): string | undefined {
  const token = subject.split('.')[4] ?? '';
  return TOKEN.test(token) ? token : undefined;
}
