import { ErrorCopy, errorToPlainData, isError } from './error-values.ts';

/** An error reduced to its texts, which every serializer can send. */
export class SendableError extends ErrorCopy {
  /**
   * @param thrown - The thrown value that could not be sent as it is.
   * @param refusal - The error that says why; sent in place of a thrown value that is not an error.
   * @param redact - Whether to omit everything but its class and message. Default `false`.
   */
  constructor(thrown: unknown, refusal: unknown, redact = false) {
    super(errorToPlainData(isError(thrown) ? thrown : refusal, { redact }));
  }

  /** Creates a copy that only says why an error could not be sent, for messages without room for more. */
  static brief(refusal: unknown): SendableError {
    return new SendableError(refusal, refusal, true);
  }
}
