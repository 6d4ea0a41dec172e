import { describe, expect, test } from 'vitest';
import { describeExit } from '../../core/process/owner/started-process.ts';
import { neverStarted } from '../../core/process/owner/node-process.ts';
import { limitReached } from '../../core/seam/system-errors.ts';

function systemError(code: string): Error {
  return Object.assign(new Error(`spawn node ${code}`), { code });
}

describe("F26 an error names the system's limit, and how to raise it", () => {
  test.each([
    ['EAGAIN', 'ulimit -u'],
    ['EMFILE', 'ulimit -n'],
    ['ENOMEM', 'ulimit -v'],
    ['ENOSPC', 'no space left'],
  ])('F26 the error names the limit if a process does not start because of %s', (code, words) => {
    const { message } = neverStarted('Counter', {}, systemError(code));
    expect(message).toMatch(/^the process of Counter could not be started: /);
    expect(message).toContain(words);
    expect(message).toContain(`spawn node ${code}`);
  });

  test('any other failure names no limit', () => {
    expect(limitReached(systemError('ENOENT'))).toBeUndefined();
    expect(limitReached(systemError('toString'))).toBeUndefined();
    expect(limitReached(new Error('EMFILE'))).toBeUndefined();
    expect(limitReached(undefined)).toBeUndefined();
  });

  test.each([
    ['SIGABRT', 'ran out of memory: raise resourceLimits.maxOldGenerationSizeMb'],
    ['SIGXCPU', 'ulimit -t'],
    ['SIGXFSZ', 'ulimit -f'],
  ] as const)('F22 F26 the error names the cause if a process ends with %s', (signal, words) => {
    expect(describeExit({ exitCode: null, signal })).toMatch(`signal ${signal}: `);
    expect(describeExit({ exitCode: null, signal })).toContain(words);
  });

  test('a signal that other processes send adds no explanation', () => {
    expect(describeExit({ exitCode: null, signal: 'SIGKILL' })).toBe('signal SIGKILL');
  });
});
