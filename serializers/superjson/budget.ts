import { faults } from './faults.ts';

/**
 * Refuses text that may hold more than `maxNodes` values, before memory is spent on them. Every value but the first
 * follows a bracket, a brace, a comma or a colon; text that is shorter than the limit need not be looked at.
 *
 * @throws {@link SerializerError} `INVALID_PAYLOAD`
 */
export function checkNodes(text: string, maxNodes: number): void {
  if (text.length <= maxNodes) return;
  let nodes = 1;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case 0x22: // "
        quoted = !quoted;
        break;
      case 0x5c: // \
        index++;
        break;
      case 0x2c: // ,
      case 0x5b: // [
      case 0x7b: // {
        if (!quoted && ++nodes > maxNodes)
          throw faults.invalidPayload(`it holds more than ${maxNodes} values (limits.maxNodes)`);
    }
  }
}

/**
 * Refuses containers that are nested deeper than `levels`. It recurses no deeper than that itself.
 *
 * @throws {@link SerializerError} `INVALID_PAYLOAD`
 */
export function checkDepth(json: unknown, levels: number): void {
  if (typeof json !== 'object' || json === null) return;
  if (levels === 0) throw faults.invalidPayload('it is nested too deep (limits.maxDepth)');
  if (Array.isArray(json)) {
    for (let index = 0; index < json.length; index++) checkDepth(json[index], levels - 1);
  } else if (isRecord(json)) {
    for (const key in json) checkDepth(json[key], levels - 1);
  }
}

/** Whether `json`, out of `JSON.parse`, is an object with named members. */
export function isRecord(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
