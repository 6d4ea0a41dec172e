/** Returns the error with which a promise rejects; a promise that does not reject fails the test. */
export async function failure(promise: PromiseLike<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`it should have failed, and resolved to ${String(value)}`);
}

/** Returns the error that `body` throws; a body that does not throw fails the test. */
export function thrown(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  throw new Error('it should have thrown');
}
