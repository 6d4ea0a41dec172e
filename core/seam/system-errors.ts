/** Which limit of the system an error code stands for, and where it is raised. */
const LIMITS: Readonly<Record<string, string>> = {
  EAGAIN: 'no further process may be started: raise ulimit -u, or end some',
  EDQUOT: 'the quota of this user is used up: make room',
  EMFILE: 'this process has as many files open as it may: raise ulimit -n, or close some',
  ENFILE: 'the system has as many files open as it may',
  ENOMEM: 'there is no memory left, or ulimit -v is reached',
  ENOSPC: 'there is no space left on the disk: make room',
};

/** The limit that a failure of the system ran into, in words; `undefined` for any other failure. */
export function limitReached(error: unknown): string | undefined {
  const code = systemErrorCode(error);
  return code !== undefined && Object.hasOwn(LIMITS, code) ? LIMITS[code] : undefined;
}

/** The code of an error of the system or of OpenSSL (`ENOENT`, `ERR_SSL_…`); `undefined` for any other value. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
