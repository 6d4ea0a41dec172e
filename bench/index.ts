/**
 * The benchmark: the cost of a call, by serializer, transport and kind of value, compared with the limits of the system itself.
 * `npm run bench -- --help` lists the options.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Book } from './book.ts';
import { pinToOneCore } from './cpu.ts';
import type { Setting } from './contest.ts';
import type { Section } from './figure.ts';
import { describeMachine, warningOf } from './machine.ts';
import { type BenchOptions, parseOptions, USAGE } from './options.ts';
import { Progress } from './progress.ts';
import { makeFile, readReport, type Report, reportOn } from './report.ts';
import { comparison } from './reporting/comparison.ts';
import { markdownReport } from './reporting/markdown.ts';
import { page } from './reporting/page.ts';
import { textReport } from './reporting/text.ts';
import { measureCalls } from './sections/calls.ts';
import { measureCost } from './sections/cost.ts';
import { measureFlow } from './sections/flow.ts';
import { measureGrowth } from './sections/growth.ts';
import { measureLife } from './sections/life.ts';
import { measureObjects } from './sections/objects.ts';
import { measureSerializers } from './sections/serializers.ts';
import { measureShare } from './sections/share.ts';

const PARTS: Readonly<Record<Section, (setting: Setting) => Promise<void>>> = {
  serializers: measureSerializers,
  calls: measureCalls,
  cost: measureCost,
  share: measureShare,
  life: measureLife,
  objects: measureObjects,
  flow: measureFlow,
  growth: measureGrowth,
};

/** Next to the sources: the compiled program is in another folder. */
const REPORT_FOLDER = join(import.meta.dirname, '..', '..', 'bench', 'report');

/** The measurements of a run, and its options. */
interface Plan {
  readonly options: BenchOptions;
  readonly earlier: Report | undefined;
  readonly folder: string;
}

const plan = makePlan(process.argv.slice(2));
if (plan?.options.help) console.log(USAGE);
else if (plan !== undefined) await run(plan);

/** Reads and creates files before the run, so that a wrong name does not cost a quarter of an hour. */
function makePlan(args: readonly string[]): Plan | undefined {
  try {
    const options = parseOptions(args);
    const { compare, help, report: folder = REPORT_FOLDER } = options;
    const earlier = compare === undefined ? undefined : readReport(compare);
    const files = [join(folder, 'index.html'), options.json, options.markdown];
    for (const file of help ? [] : files) if (file !== undefined) makeFile(file);
    return { options, earlier, folder };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exitCode = 2;
    return undefined;
  }
}

async function run({ options, earlier, folder }: Plan): Promise<void> {
  // On Node 20 this variable costs every start of a process 40 ms.
  delete process.env['NODE_EXTRA_CA_CERTS'];
  const machine = describeMachine(options.unpinned ? undefined : pinToOneCore());
  const warning = warningOf(machine);
  if (warning !== undefined) console.error(warning);
  const setting: Setting = { options, book: new Book(), progress: new Progress() };
  for (const section of options.sections) {
    setting.progress.begin(section);
    await PARTS[section](setting);
  }
  const report = reportOn(setting, machine);
  console.log(textReport(report));
  if (earlier !== undefined) console.log(`\n${comparison(report, earlier)}`);
  const text = JSON.stringify(report, undefined, 1);
  writeFileSync(join(folder, 'figures.json'), text);
  if (options.json !== undefined) writeFileSync(options.json, text);
  if (options.markdown !== undefined) writeFileSync(options.markdown, markdownReport(report));
  writeFileSync(join(folder, 'index.html'), page(report));
  console.log(`\nwith charts: ${join(folder, 'index.html')}`);
}
