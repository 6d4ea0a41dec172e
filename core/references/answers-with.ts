/** Narrows the type of a result: only the author of the call knows it. */
export function answersWith<Result>(_result: Promise<unknown>): asserts _result is Promise<Result> {}
