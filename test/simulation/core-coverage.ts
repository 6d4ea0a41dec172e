import { readFileSync } from 'node:fs';
import { Session, type Profiler } from 'node:inspector/promises';
import { SourceMap } from 'node:module';
import { relative, resolve } from 'node:path';

/** The coverage of one file of the core. */
export interface FileCoverage {
  readonly file: string;
  readonly lines: number;
  readonly reached: number;
  /** The functions that never ran, with their lines. */
  readonly missed: readonly string[];
}

/** Counts which lines of the core run, in all simulated processes together. Begin before the core is compiled. */
export class CoreCoverage {
  readonly #path: string;
  readonly #session = new Session();

  /** @param path - The testing build of the core; its source map is next to it. */
  constructor(path: string) {
    this.#path = path;
  }

  async begin(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Returns the coverage of each file in `core/`, the lowest first. */
  async end(): Promise<readonly FileCoverage[]> {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage');
    this.#session.disconnect();
    const script = result.find(({ url }) => url.endsWith(this.#path));
    if (script === undefined) throw new Error(`nothing of ${this.#path} has run`);
    const files = this.#byFile(script.functions);
    return files.toSorted((left, right) => left.reached / left.lines - right.reached / right.lines);
  }

  #byFile(functions: readonly Profiler.FunctionCoverage[]): FileCoverage[] {
    const text = readFileSync(this.#path, 'utf8');
    const lines = lineStarts(text);
    const map = new SourceMap(JSON.parse(readFileSync(`${this.#path}.map`, 'utf8')));
    const origin = (offset: number): { file: string; line: number } | undefined => {
      const line = lines.findLastIndex((start) => start <= offset);
      const entry = map.findEntry(line, offset - (lines[line] ?? 0));
      if (!('originalSource' in entry)) return undefined;
      const file = relative(resolve('.'), resolve(this.#path, '..', entry.originalSource));
      return file.startsWith('core/') ? { file, line: entry.originalLine + 1 } : undefined;
    };
    const counts = countsOf(text.length, functions);
    const files = new Map<string, { reached: Map<number, boolean>; missed: string[] }>();
    const fileOf = (file: string): { reached: Map<number, boolean>; missed: string[] } => {
      const known = files.get(file) ?? { reached: new Map<number, boolean>(), missed: [] };
      files.set(file, known);
      return known;
    };
    for (const start of lines) {
      const first = start + (/^\s*/.exec(text.slice(start, start + 200))?.[0].length ?? 0);
      const place = origin(first);
      if (place === undefined) continue;
      const { reached } = fileOf(place.file);
      reached.set(place.line, (reached.get(place.line) ?? false) || (counts[first] ?? 0) > 0);
    }
    for (const { functionName, ranges } of functions) {
      const [whole] = ranges;
      const place = whole?.count === 0 ? origin(whole.startOffset) : undefined;
      if (place !== undefined) fileOf(place.file).missed.push(`${functionName || 'a function'}, line ${place.line}`);
    }
    return [...files].map(([file, { reached, missed }]) => ({
      file,
      lines: reached.size,
      reached: [...reached.values()].filter(Boolean).length,
      missed,
    }));
  }
}

/** Returns how often each character ran: inner ranges follow the outer ones, and replace their counts. */
function countsOf(length: number, functions: readonly Profiler.FunctionCoverage[]): Int32Array {
  const counts = new Int32Array(length);
  const ranges = functions.flatMap((each) => each.ranges);
  ranges.sort((left, right) => left.startOffset - right.startOffset || right.endOffset - left.endOffset);
  for (const { startOffset, endOffset, count } of ranges) counts.fill(count, startOffset, endOffset);
  return counts;
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
