import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Bare } from '../bare.ts';
import type { SerializerName } from '../contender.ts';
import { compete, type Entrant, type Setting } from '../contest.ts';
import { Counter } from '../counter.ts';
import type { Measurement, Subject } from '../figure.ts';
import { type Resident, residentOf } from '../resident.ts';

/** The start of a process that does nothing, to which everything else adds. */
export const NODE_ALONE = 'node alone';

/** Measures the time from `spawn` to the first reply, and the memory of an actor after it. */
export async function measureLife(setting: Setting): Promise<void> {
  const actors = setting.options.serializers.map(
    (name): Entrant =>
      () =>
        measureActor(name),
  );
  await compete('spawn', [measureNode, measureBare, ...actors], setting);
}

async function measureNode(): Promise<readonly Measurement[]> {
  const began = performance.now();
  const ended = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  await once(ended, 'exit');
  const startMs = performance.now() - began;
  const idle = spawn(process.execPath, ['-e', 'process.stdout.write("up"); process.stdin.resume()'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(idle.stdout, 'data');
  const memory = residentOf(pidOf(idle));
  const exit = once(idle, 'exit');
  idle.stdin.end();
  await exit;
  return measurements(NODE_ALONE, startMs, memory);
}

async function measureBare(): Promise<readonly Measurement[]> {
  const began = performance.now();
  const bare = await Bare.open('pipe');
  await bare.add(1, 2);
  const startMs = performance.now() - began;
  const memory = residentOf(bare.pid);
  await bare.close();
  return measurements('bare', startMs, memory);
}

async function measureActor(serializer: SerializerName): Promise<readonly Measurement[]> {
  const began = performance.now();
  const actor = await Counter.with({ serializer }).spawn();
  await actor.add(1, 2);
  const startMs = performance.now() - began;
  const memory = residentOf(await actor.pid());
  await actor.shutdown();
  return measurements(serializer, startMs, memory);
}

function measurements(contender: string, startMs: number, memory: Resident | undefined): readonly Measurement[] {
  const subject = (measure: string, unit: string): Subject => ({
    section: 'life',
    measure,
    contender,
    unit,
    better: 'lower',
  });
  const start = { ...subject('spawn to first reply', 'ms'), value: startMs };
  if (memory === undefined) return [start];
  return [
    start,
    { ...subject('memory of an idle process, resident', 'MiB'), value: memory.residentMiB },
    { ...subject('memory of an idle process, private', 'MiB'), value: memory.privateMiB },
  ];
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the process did not start');
  return pid;
}
