/**
 * Adds up result files of vitest and prints `N passed, N failed`. A file that is missing, or a run that failed without
 * a failed test (a test file that does not load, an error outside of any test), counts as one failure.
 */
import { existsSync, readFileSync } from 'node:fs';

let passed = 0;
let failed = 0;
for (const file of process.argv.slice(2)) {
  if (!existsSync(file)) {
    console.error(`${file} was not written`);
    failed += 1;
    continue;
  }
  const results = JSON.parse(readFileSync(file, 'utf8'));
  passed += results.numPassedTests;
  failed += results.success ? results.numFailedTests : Math.max(1, results.numFailedTests);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
