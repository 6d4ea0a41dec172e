import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Python's multiprocessing.managers, with a caller in Python that measures on request. */
export function openPython() {
  const child = spawn('python3', [join(import.meta.dirname, 'there', 'managers.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    name: 'Python managers (process)',
    /**
     * Calls one at a time with the value of that name, `undefined` for an addition. Resolves to the time of each call in seconds.
     */
    measure: async (value, ms) => {
      child.stdin.write(`${JSON.stringify({ value, ms })}\n`);
      const { value: line, done } = await lines.next();
      if (done) throw new Error('Python ended early; its own message is above');
      return JSON.parse(line);
    },
    close: async () => {
      const exit = once(child, 'exit');
      child.stdin.end();
      await exit;
    },
  };
}
