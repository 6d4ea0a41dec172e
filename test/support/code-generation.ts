/**
 * Whether this process may make code of text, and with it every actor that it starts. Schemas that protobufjs reads as text
 * need that, and what they do without it is as much a promise as what they do with it.
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
