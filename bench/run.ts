import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Book } from './book.ts';
import type { Setting } from './contest.ts';
import { pinToOneCore } from './cpu.ts';
import type { Section } from './figure.ts';
import { describeMachine, warningOf } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { Progress } from './progress.ts';
import { type Report, reportOn } from './report.ts';
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

/** The measurements of a run, and its options. */
export interface Plan {
  readonly options: BenchOptions;
  readonly earlier: Report | undefined;
  readonly folder: string;
}

/** Measures, and writes the report. */
export async function run({ options, earlier, folder }: Plan): Promise<void> {
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
