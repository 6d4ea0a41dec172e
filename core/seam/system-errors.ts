/** The operating system's limits by error code, and how to raise them. */
const LIMITS: Readonly<Record<string, string>> = {
  EAGAIN: 'no further process can be started: raise ulimit -u, or end some',
  EDQUOT: 'the quota of this user is used up: free some space',
  EMFILE: 'this process has reached its limit of open files: raise ulimit -n, or close some',
  ENFILE: 'the system has reached its limit of open files',
  ENOMEM: 'there is no memory left, or ulimit -v is reached',
  ENOSPC: 'there is no space left on the disk: free some',
};

/** Describes the limit that an operating system error reports; `undefined` for any other error. */
export function limitReached(error: unknown): string | undefined {
  const code = systemErrorCode(error);
  return code !== undefined && Object.hasOwn(LIMITS, code) ? LIMITS[code] : undefined;
}

/** Returns the code of an operating system or OpenSSL error (`ENOENT`, `ERR_SSL_…`); `undefined` for any other value. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
