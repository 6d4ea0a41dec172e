/**
 * The benchmark: the cost of a call, by serializer, transport and kind of value, compared with the limits of the system itself.
 * `npm run bench -- --help` lists the options.
 */
import { join } from 'node:path';
import { parseOptions, USAGE } from './options.ts';
import { makeFile, readReport } from './report.ts';
import type { Plan } from './run.ts';

/** Next to the sources: the compiled program is in another folder. */
const REPORT_FOLDER = join(import.meta.dirname, '..', '..', 'bench', 'report');

const plan = makePlan(process.argv.slice(2));
if (plan?.options.help) console.log(USAGE);
// The rest takes most of a second to load, which a wrong option does not wait for.
else if (plan !== undefined) await (await import('./run.ts')).run(plan);

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
