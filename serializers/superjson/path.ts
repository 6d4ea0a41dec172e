import { entryStep, extensionStep, keyStep, memberStep, valueStep } from '../../core/seam/codec/path-steps.ts';
import { ContainerPosition, type AnnotatedPosition } from './annotated-position.ts';

/**
 * Returns the path to a member for error messages, as a programmer would write it from `$`, the value itself: `$.rows[3].socket`,
 * `$["odd key"]`; the value of a Map's entry `$.get("key")`, or `$.values()[2]` where the key is an object; a key of a Map
 * `$.keys()[2]`; a member of a Set `$.values()[2]`; the data of an extension `$.failure<error>.cause`.
 */
export function pathTo(parent: AnnotatedPosition, step: string | number): string {
  const steps: string[] = [];
  let place: AnnotatedPosition | undefined = parent;
  let key = step;
  while (place?.parent !== undefined) {
    const row: AnnotatedPosition | undefined = place.parent;
    const map = originOf(row);
    if (originOf(place) === undefined && map instanceof Map) {
      steps.push(stepOfEntry(map, Number(place.step), key));
      key = row.step;
      place = row.parent;
      continue;
    }
    steps.push(stepWithin(place, key));
    key = place.step;
    place = place.parent;
  }
  return `$${steps.toReversed().join('')}`;
}

function stepWithin(place: AnnotatedPosition, key: string | number): string {
  if (!(place instanceof ContainerPosition)) return memberStep(key);
  const tag = place.tag === undefined ? '' : extensionStep(place.tag);
  if (place.tag !== undefined && place.origin === undefined) return tag;
  return tag + (place.origin instanceof Set ? valueStep(Number(key)) : memberStep(key));
}

function originOf(place: AnnotatedPosition): object | undefined {
  return place instanceof ContainerPosition ? place.origin : undefined;
}

function stepOfEntry(map: ReadonlyMap<unknown, unknown>, row: number, half: string | number): string {
  return half === 0 ? keyStep(row) : entryStep([...map.keys()][row], row);
}
