import { errorToPlainData, isError, type ErrorData } from './error-values.ts';

/** An error cut down to its texts, which every serializer can send. */
export class SendableError {
  readonly data: ErrorData;

  /**
   * @param thrown - What the method threw, and what could not be sent as it is.
   * @param refusal - Why it could not be sent; sent instead of a thrown value that is no error.
   */
  constructor(thrown: unknown, refusal: unknown) {
    this.data = errorToPlainData(isError(thrown) ? thrown : refusal);
  }
}
