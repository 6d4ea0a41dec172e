/** Only the author of the call knows the result type of the method: the types cannot show it. */
export function answersWith<Result>(_result: Promise<unknown>): asserts _result is Promise<Result> {}
