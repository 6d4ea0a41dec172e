/** Returns the fields of a message: protobufjs keeps their defaults in the prototype, next to methods and `$type`. */
export function fieldsOf(prototype: unknown): readonly string[] {
  if (typeof prototype !== 'object' || prototype === null || prototype === Object.prototype) return [];
  return Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([name, member]) => name !== '$type' && 'value' in member && typeof member.value !== 'function')
    .map(([name]) => name);
}
