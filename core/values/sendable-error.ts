import { ErrorCopy, errorToPlainData, isError } from './error-values.ts';

/** An error cut down to its texts, which every serializer can send. */
export class SendableError extends ErrorCopy {
  /**
   * @param thrown - What the method threw, and what could not be sent as it is.
   * @param refusal - Why it could not be sent; sent instead of a thrown value that is no error.
   * @param redact - Whether to leave out everything but its class and message. Default `false`.
   */
  constructor(thrown: unknown, refusal: unknown, redact = false) {
    super(errorToPlainData(isError(thrown) ? thrown : refusal, { redact }));
  }

  /** Only why an error could not be sent, for messages with room for nothing else. */
  static brief(refusal: unknown): SendableError {
    return new SendableError(refusal, refusal, true);
  }
}
