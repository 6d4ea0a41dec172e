/** The maximum length of a serializer's name, in bytes. */
export const MAX_NAME_BYTES = 64;

const NAME = /^[a-z0-9.+-]{1,64}$/;

/** Whether a text can be the name of a serializer. Such a name is safe to show in a log or an error, also if a peer sent it. */
export function isSerializerName(text: string): boolean {
  return NAME.test(text);
}
