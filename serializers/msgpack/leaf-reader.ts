import { type Budget, KEPT } from '../../core/seam/codec/budget.ts';
import { fromBytes } from '../../core/seam/codec/carried-classes.ts';
import { patternFrom, urlFrom } from '../../core/seam/codec/leaf-values.ts';
import { malformed, strangeValue } from './byte-reader.ts';
import { KIND } from './format.ts';

/**
 * Creates a marked value that is not a container from its data.
 *
 * @throws {@link SerializerError} `INVALID_PAYLOAD`
 */
export function readMarkedLeaf(kind: unknown, data: unknown, budget: Budget): unknown {
  let value: unknown;
  switch (kind) {
    case KIND.text:
      if (Buffer.isBuffer(data) && data.length % 2 === 0) value = data.toString('utf16le');
      break;
    case KIND.url:
      budget.spend(0, KEPT.url);
      if (typeof data === 'string') value = urlFrom(data);
      break;
    case KIND.regexp:
      budget.spend(0, KEPT.regexp);
      if (typeof data === 'string') value = regexp(data);
      break;
    case KIND.float16:
      value = float16(data);
      break;
  }
  if (value === undefined) throw strangeValue();
  return value;
}

function regexp(text: string): RegExp | undefined {
  const slash = text.indexOf('/');
  return slash < 0 ? undefined : patternFrom(text.slice(slash + 1), text.slice(0, slash));
}

function float16(data: unknown): object | undefined {
  if (!('Float16Array' in globalThis)) {
    throw malformed('it holds a Float16Array, which this version of Node.js lacks');
  }
  return Buffer.isBuffer(data) ? fromBytes('Float16Array', data) : undefined;
}
