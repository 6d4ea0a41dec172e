/**
 * Whether this process, and with it every actor that it starts, may create code from text. protobufjs needs that for schemas
 * given as text, and its behaviour without it is also part of the promise.
 */
export const GENERATES_CODE: boolean = generatesCode();

function generatesCode(): boolean {
  try {
    Reflect.construct(Function, ['']);
    return true;
  } catch (error) {
    if (error instanceof EvalError) return false;
    throw error;
  }
}
