import { posix } from 'node:path';
import { process } from '../../core/seam/environment.ts';
import { invalidAddress, TransportError } from '../../core/seam/errors.ts';
import type { AddressInfo, ConnectionInfo } from '../../core/seam/transport.ts';

const PREFIX = 'ipc://';
const WINDOWS_PREFIX = '//./pipe/';

/**
 * The maximum length of a path in the system's address structure, without the closing zero; Node 20 silently cuts longer ones.
 */
const MAX_PATH_BYTES: number = process.platform === 'linux' ? 107 : process.platform === 'win32' ? 256 : 103;

/**
 * Returns the path of an address: `ipc:///run/app/x.sock`, on Windows `ipc:////./pipe/name`.
 *
 * `%20` and the like are decoded; write `%25`, `%3F` and `%23` for a `%`, `?` or `#` in the path.
 *
 * @throws {@link TransportError} `ADDRESS_INVALID`, or `ADDRESS_TOO_LONG` when the path exceeds the system's limit (107 bytes on
 * Linux, 103 on macOS).
 */
export function parseAddress(address: string): string {
  if (!address.startsWith(PREFIX)) throw invalidAddress(address, `it does not begin with ${PREFIX}`);
  const path = decode(address);
  if (path.includes('\0')) throw invalidAddress(address, 'it contains a zero byte');
  if (process.platform === 'win32') {
    const name = path.slice(WINDOWS_PREFIX.length);
    // Any server other than `.` would be another machine.
    if (!path.startsWith(WINDOWS_PREFIX) || name === '')
      throw invalidAddress(address, 'it is not ipc:////./pipe/<name>');
    // Windows would leave the folder `pipe`, and reach other machines: `../UNC/server/pipe/name`.
    if (/(?:^|[\\/])[. ]*(?:$|[\\/])/.test(name))
      throw invalidAddress(address, 'a part of its name is empty or consists of dots');
    assertFits(path);
    return `\\\\.\\pipe\\${name}`;
  }
  if (!path.startsWith('/')) throw invalidAddress(address, 'its path is not absolute; write ipc:///path/to/name.sock');
  if (path.endsWith('/')) throw invalidAddress(address, 'it names a folder; add the name of a socket file');
  const normal = posix.normalize(path).replace(/^\/+/, '/');
  assertFits(normal);
  return normal;
}

/** Classifies this transport's addresses. Peers may name them: the socket and its folder must belong to this user. */
export function addressInfo(): AddressInfo {
  return { reach: 'machine', guarded: true };
}

/** Returns the address of `path`; the inverse of {@link parseAddress}. */
export function formatAddress(path: string): string {
  const slashed = process.platform === 'win32' ? path.replaceAll('\\', '/') : path;
  return PREFIX + encodeURI(slashed).replace(/[?#]/g, encodeURIComponent);
}

/** Whether the system accepts a path of this length. */
export function fits(path: string): boolean {
  return Buffer.byteLength(path) <= MAX_PATH_BYTES;
}

/** @throws {@link TransportError} `ADDRESS_TOO_LONG` unless {@link fits}. */
export function assertFits(path: string): void {
  if (fits(path)) return;
  throw new TransportError(
    `The socket path ${path} has ${Buffer.byteLength(path)} bytes, and this system allows ${MAX_PATH_BYTES}; ` +
      'use a shorter folder or name.',
    { code: 'ADDRESS_TOO_LONG' },
  );
}

function decode(address: string): string {
  const text = address.slice(PREFIX.length);
  if (/[?#]/.test(text)) throw invalidAddress(address, 'write a ? or # in the path as %3F or %23');
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw invalidAddress(address, 'write a % in the path as %25', error);
  }
}

/**
 * Returns the properties of a Unix socket or a named pipe. The kernel passes the bytes directly from one process to the other, so
 * only root could read them: hence `encrypted`. The peer is not known, so the core requires a proof of the key.
 *
 * @param address - The address of the listening end; the other one has none.
 */
export function connectionInfo(address: string, side: 'dialled' | 'accepted'): ConnectionInfo {
  const peer = side === 'dialled' ? address : `a process that connected to ${address}`;
  return { peer, local: true, encrypted: true, authenticated: false };
}
