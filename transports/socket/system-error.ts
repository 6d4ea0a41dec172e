/** The code of an error of the system or of OpenSSL (`ECONNREFUSED`, `ERR_SSL_…`), if it is one. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
