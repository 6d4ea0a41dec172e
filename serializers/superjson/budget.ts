import { getHeapStatistics } from 'node:v8';
import { type Budget, grantedBytes, KEPT } from '../../core/seam/codec/budget.ts';
import { faults } from './format.ts';
import { ObjectCosts } from './object-costs.ts';

/** A level takes two characters of text, and up to 64 bytes of the heap after it has been read. */
const HEAP_BYTES_PER_CHARACTER = 32;
/**
 * Levels of text this long would take a quarter of the heap, so they are counted beforehand; for shorter text that is not worth
 * the time.
 */
const LARGE_TEXT_LENGTH = getHeapStatistics().heap_size_limit / 4 / HEAP_BYTES_PER_CHARACTER;

/** A level of a value takes at most three of its text: an extension in an array of one, in a row of a Map. */
const TEXT_LEVELS = 3;
/** The levels around the value and its annotations. */
const ENVELOPE_LEVELS = 8;

function levelsOf(maxDepth: number): number {
  return maxDepth * TEXT_LEVELS + ENVELOPE_LEVELS;
}

/**
 * Refuses text that may contain more than `maxNodes` values, or so many levels that reading them would exhaust the heap, before
 * memory is spent on them. Every value but the first follows a bracket, a brace, a comma or a colon; text shorter than the limit
 * needs no check.
 *
 * @throws {@link SerializerError} `INVALID_PAYLOAD`
 */
export function checkText(text: string, maxDepth: number, maxNodes: number): void {
  if (text.length <= maxNodes && text.length <= LARGE_TEXT_LENGTH) return;
  if (countValues(text, maxNodes, levelsOf(maxDepth)) > maxNodes) throw tooMany(maxNodes);
}

/**
 * Returns the number of values in the text, or one more than `maxNodes`.
 *
 * @throws {@link SerializerError} `INVALID_PAYLOAD` beyond `maxLevels`.
 */
export function countValues(text: string, maxNodes: number, maxLevels: number = Infinity): number {
  let nodes = 1;
  let level = 0;
  for (let index = 0; nodes <= maxNodes && index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case 0x22: // "
        index = endOfText(text, index);
        break;
      case 0x2c: // ,
        nodes++;
        break;
      case 0x5b: // [
      case 0x7b: // {
        nodes++;
        if (++level > maxLevels) throw tooDeep();
        break;
      case 0x5d: // ]
      case 0x7d: // }
        level--;
    }
  }
  return nodes;
}

const EMPTY_ARRAY_BYTES = 32;
/** An array, and the slot of its first member. */
const ARRAY_BYTES: number = KEPT.array + KEPT.slot;

/** The maximum cost of a character: that of objects with one short name if V8 has no room for it. */
const MOST_BYTES_PER_CHARACTER = 27;
const NOTHING: readonly unknown[] = [];

/**
 * Charges for the memory of the parsed text: up to 21 bytes per character for empty objects, and more if each object has other
 * names. Numbers cost nothing beyond their slot.
 *
 * @returns objects to keep while `JSON.parse` reads the text; `undefined` if {@link DenseText} has to read it.
 * @throws {@link SerializerError} `INVALID_PAYLOAD`
 */
export function chargeText(text: string, maxDepth: number, budget: Budget): readonly unknown[] | undefined {
  if (text.length * MOST_BYTES_PER_CHARACTER <= grantedBytes(text.length)) return NOTHING;
  const maxLevels = levelsOf(maxDepth);
  const objects = new ObjectCosts(text, budget);
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case 0x7b: // {
        if (objects.begin() > maxLevels) throw tooDeep();
        break;
      case 0x7d: // }
        objects.end();
        break;
      case 0x5b: // [
        budget.spend(0, text.charCodeAt(index + 1) === 0x5d ? EMPTY_ARRAY_BYTES : ARRAY_BYTES);
        break;
      case 0x2c: // ,
        budget.spend(0, KEPT.slot);
        break;
      case 0x22: {
        // "
        const known = objects.endOfKnown(index);
        const end = known === -1 ? endOfText(text, index) : known;
        if (isColonNext(text, end + 1)) objects.name(index, end);
        else if (end > index + 2) budget.spend(0, KEPT.text);
        index = end;
      }
    }
  }
  return objects.trial();
}

/** Whether the quoted text before `at` is a name. */
function isColonNext(text: string, at: number): boolean {
  let code = text.charCodeAt(at);
  for (let index = at; code === 0x20 || (code >= 0x09 && code <= 0x0d); ) code = text.charCodeAt(++index);
  return code === 0x3a;
}

/** Returns the position of the closing quote for the one at `start`; the end of the text if there is none. */
function endOfText(text: string, start: number): number {
  for (let quote = start; ; ) {
    quote = text.indexOf('"', quote + 1);
    if (quote === -1) return text.length;
    let escapes = quote;
    while (text.charCodeAt(escapes - 1) === 0x5c) escapes--;
    if ((quote - escapes) % 2 === 0) return quote;
  }
}

function tooMany(maxNodes: number): Error {
  return faults.invalidPayload(`it holds more than ${maxNodes} values (limits.maxNodes)`);
}

function tooDeep(): Error {
  return faults.invalidPayload('it is nested too deep (limits.maxDepth)');
}

/**
 * Refuses containers nested deeper than `levels`. Its own recursion is no deeper than that.
 *
 * @throws {@link SerializerError} `INVALID_PAYLOAD`
 */
export function checkDepth(json: unknown, levels: number): void {
  if (typeof json !== 'object' || json === null) return;
  if (levels === 0) throw tooDeep();
  if (Array.isArray(json)) {
    for (let index = 0; index < json.length; index++) checkDepth(json[index], levels - 1);
  } else if (isRecord(json)) {
    for (const key in json) checkDepth(json[key], levels - 1);
  }
}

/** Whether `json`, from `JSON.parse`, is an object with named members. */
export function isRecord(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
