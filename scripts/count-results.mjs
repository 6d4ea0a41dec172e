/**
 * Adds up vitest's result files and prints `N passed, N failed`, after each failed test with its message, because a whole run's
 * log is too long to search. A missing file, or a run that failed without a failed test (a test file that does not load, an error
 * outside of any test), counts as one failure.
 */
import { existsSync, readFileSync } from 'node:fs';

const MESSAGE_LINES = 25;

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
  for (const line of failures(results)) console.log(`${file}: ${line}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function* failures(results) {
  for (const file of results.testResults ?? []) {
    if (file.status === 'failed' && file.message) yield `${file.name}\n${firstLines(file.message)}`;
    for (const test of file.assertionResults) {
      if (test.status !== 'failed') continue;
      yield `${test.fullName} (${file.name})\n${test.failureMessages.map(firstLines).join('\n')}`;
    }
  }
}

function firstLines(text) {
  return text.split('\n').slice(0, MESSAGE_LINES).join('\n');
}
