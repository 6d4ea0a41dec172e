import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** The file of the page with charts. */
export const REPORT = resolve(import.meta.dirname, '..', 'report', 'peers.html');

export const USAGE = `npm run bench:peers -- [options]

  --quick          fewer and shorter rounds: under two minutes instead of five
  --rounds <n>     rounds per measurement (7, quick 3)
  --unpinned       both sides run wherever the system puts them, instead of on one core
  --json <file>    where the figures go (bench/report/peers.json)
  --help`;

/** Parses the command line; throws an error that names the wrong option. */
export function parseOptions() {
  const [text, flag] = [{ type: 'string' }, { type: 'boolean', default: false }];
  const { values } = parseArgs({ options: { rounds: text, json: text, quick: flag, unpinned: flag, help: flag } });
  const { quick, unpinned, help, rounds = quick ? '3' : '7', json = join(dirname(REPORT), 'peers.json') } = values;
  if (!/^[1-9]\d{0,2}$/.test(rounds))
    throw new TypeError(`--rounds ${String(rounds)}: give a whole number from 1 to 999`);
  return { quick, unpinned, help, json, rounds: Number(rounds), sampleMs: quick ? 50 : 150 };
}
