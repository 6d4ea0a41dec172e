/**
 * The benchmark: what a call costs, by serializer, transport and kind of value, beside what the system itself allows.
 * `npm run bench -- --help` lists the options.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Book } from './book.ts';
import type { Setting } from './contest.ts';
import type { Section } from './figure.ts';
import { describeMachine } from './machine.ts';
import { parseOptions, USAGE } from './options.ts';
import { Progress } from './progress.ts';
import { reachedGoals, readReport, type Report } from './report.ts';
import { comparison } from './reporting/comparison.ts';
import { markdownReport } from './reporting/markdown.ts';
import { page } from './reporting/page.ts';
import { textReport } from './reporting/text.ts';
import { measureCalls } from './sections/calls.ts';
import { measureFlow } from './sections/flow.ts';
import { measureGrowth } from './sections/growth.ts';
import { measureLife } from './sections/life.ts';
import { measureObjects } from './sections/objects.ts';
import { measureSerializers } from './sections/serializers.ts';
import { measureShare } from './sections/share.ts';

const PARTS: Readonly<Record<Section, (setting: Setting) => Promise<void>>> = {
  serializers: measureSerializers,
  calls: measureCalls,
  share: measureShare,
  life: measureLife,
  objects: measureObjects,
  flow: measureFlow,
  growth: measureGrowth,
};

/** Beside the sources: the program itself is compiled into another folder. */
const REPORT_FOLDER = join(import.meta.dirname, '..', '..', 'bench', 'report');

const options = parseOptions(process.argv.slice(2));
if (options.help) console.log(USAGE);
else await run();

async function run(): Promise<void> {
  // Read before the run: a wrong name should not cost a quarter of an hour.
  const earlier = options.compare === undefined ? undefined : readReport(options.compare);
  // On Node 20 this variable costs every start of a process 40 ms.
  delete process.env['NODE_EXTRA_CA_CERTS'];
  const machine = describeMachine();
  const progress = new Progress();
  const book = new Book();
  for (const section of options.sections) {
    progress.begin(section);
    await PARTS[section]({ options, book, progress });
  }
  progress.end();
  const { figures } = book;
  const report: Report = {
    format: 1,
    date: new Date().toISOString(),
    seconds: progress.seconds,
    quick: options.quick,
    rounds: options.rounds,
    machine,
    figures,
    goals: reachedGoals(figures),
  };
  console.log(textReport(report));
  if (earlier !== undefined) console.log(`\n${comparison(report, earlier)}`);
  const text = JSON.stringify(report, undefined, 1);
  const folder = options.report ?? REPORT_FOLDER;
  write(join(folder, 'figures.json'), text);
  if (options.json !== undefined) write(options.json, text);
  if (options.markdown !== undefined) write(options.markdown, markdownReport(report));
  write(join(folder, 'index.html'), page(report));
  console.log(`\nwith charts: ${join(folder, 'index.html')}`);
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
