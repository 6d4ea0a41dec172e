/** What a method answers with is known to whoever wrote the call, and to nobody else: the types cannot show it. */
export function answersWith<Result>(_result: Promise<unknown>): asserts _result is Promise<Result> {}
