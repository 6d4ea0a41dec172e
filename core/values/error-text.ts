import { inspect, type InspectOptions } from 'node:util';

/** The maximum length of an error message that is sent, in UTF-16 units; the rest is cut off and counted. */
export const MAX_ERROR_MESSAGE_LENGTH: number = 64 * 1024;

/** The maximum length of a stack that is sent, in UTF-16 units; the rest is cut off and counted. */
export const MAX_ERROR_STACK_LENGTH: number = 64 * 1024;

/** The maximum length of an error's name that is sent, in UTF-16 units. */
export const MAX_ERROR_NAME_LENGTH = 256;

/** Room for the note about a cut, so that a text cut once is not cut again by its receiver. */
const NOTE_LENGTH = 64;

/** How many members of a thrown object are shown, and how much of each, in UTF-16 units. */
const MAX_SHOWN_MEMBERS = 8;
const MAX_SHOWN_LENGTH = 100;

/** Objects in a thrown object are only named, and run no code of their own. */
const MEMBER_STYLE: InspectOptions = { depth: -1, customInspect: false, maxStringLength: MAX_SHOWN_LENGTH };

/** The first line that is a frame, or a line that names the process of the frames below it. */
const FIRST_FRAME = /^[ \t]{0,16}(?:at |--- in )/m;

const CONTROL_CHARACTERS = /(?![\t\n])[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Returns the result of `read`, or `fallback` when it throws: reading an error must not fail because of a throwing getter, a
 * `Proxy`, or a revoked one.
 */
export function guarded<T>(read: () => T, fallback: T): T {
  try {
    return read();
  } catch {
    return fallback;
  }
}

/** Cuts the text at `limit` UTF-16 units, with a note on how much is missing. */
export function truncateText(text: string, limit: number): string {
  if (text.length <= limit + NOTE_LENGTH) return text;
  // Half a surrogate pair would not survive encoding in UTF-8.
  const end = /[\ud800-\udbff]/.test(text.charAt(limit - 1)) ? limit - 1 : limit;
  return `${text.slice(0, end)}… ${text.length - end} more characters`;
}

/** Escapes the control characters of a text, except tab and line feed, as `\x1b`: it may be written to a terminal. */
export function escapeControls(text: string): string {
  return text.replace(CONTROL_CHARACTERS, (character) => {
    const code = character.charCodeAt(0);
    return code > 0xff ? `\\u${code.toString(16)}` : `\\x${code.toString(16).padStart(2, '0')}`;
  });
}

/**
 * Returns a thrown value as text for a person. A peer may throw a value that `String` cannot convert, or control characters. An
 * object without a text of its own is shown with its members.
 *
 * @param fallback - The text for a value that cannot be converted.
 */
export function shownText(thrown: unknown, fallback = 'a value that cannot be shown'): string {
  return escapeControls(guarded(() => textOf(thrown), fallback));
}

function textOf(thrown: unknown): string {
  const text = String(thrown);
  return text === '[object Object]' && typeof thrown === 'object' && thrown !== null ? withMembers(thrown) : text;
}

/** Shows the first members of an object, without running a getter: `{ code: 5, rows: [Array] }`. */
function withMembers(value: object): string {
  const keys = Object.keys(value);
  const members = keys.slice(0, MAX_SHOWN_MEMBERS).map((key) => `${cleanName(key)}: ${memberText(value, key)}`);
  if (keys.length > MAX_SHOWN_MEMBERS) members.push(`… ${keys.length - MAX_SHOWN_MEMBERS} more`);
  const name: unknown = value.constructor.name;
  const prefix = typeof name === 'string' && name !== 'Object' ? `${cleanName(name)} ` : '';
  return `${prefix}{ ${members.join(', ')} }`;
}

function memberText(value: object, key: string): string {
  const descriptor = Object.getOwnPropertyDescriptor(value, key);
  if (descriptor === undefined || !('value' in descriptor)) return '[Getter]';
  const member: unknown = descriptor.value;
  return truncateText(member instanceof Error ? String(member) : inspect(member, MEMBER_STYLE), MAX_SHOWN_LENGTH);
}

/** Makes a name fit for one line of a terminal, and no longer than {@link MAX_ERROR_NAME_LENGTH}. */
export function cleanName(name: string): string {
  return escapeControls(name.slice(0, MAX_ERROR_NAME_LENGTH))
    .replace(/[\t\n]/g, ' ')
    .slice(0, MAX_ERROR_NAME_LENGTH);
}

/** Returns the lines of `stack` below its headline, which repeats the message; `''` when there are none. */
export function framesOf(stack: string, message: string): string {
  const at = message === '' ? -1 : stack.indexOf(message);
  const rest = at === -1 ? stack : stack.slice(at + message.length);
  const first = rest.search(FIRST_FRAME);
  return first === -1 ? '' : rest.slice(first);
}

/** Returns the headline of a stack, as V8 writes it. */
export function headline(name: string, message: string): string {
  if (message === '') return name;
  return name === '' ? message : `${name}: ${message}`;
}

/** Returns a thrown value as an error; anything else becomes its cause. */
export function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error(shownText(value), { cause: value });
}
