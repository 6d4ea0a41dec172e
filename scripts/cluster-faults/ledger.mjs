/** Compares the outcomes that callers received with the calls that the actors recorded at their start. */
import { existsSync, readFileSync } from 'node:fs';

/** Returns the milliseconds of the clock that all processes of this machine share. */
export const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

/** Returns the number that grows with each life of a name, without the storage before it. */
export const lifeOf = (epoch) => Number(epoch.split('.')[1]);

/** Reads the records of one name's actors, in the order of the clock. */
function readLedger(file) {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [time, pid, what, id, epoch] = line.split(' ');
      return { atMs: Number(time) / 1e6, pid, what, id, epoch };
    })
    .toSorted((one, other) => one.atMs - other.atMs);
}

/** Returns the calls that began in a process or under an epoch that had already been succeeded. */
function expiredCalls(lines) {
  const expired = [];
  const past = new Set();
  let present;
  let latest = 0;
  for (const line of lines) {
    if (line.what === 'begun') {
      if (present !== undefined && present !== line.pid) past.add(present);
      present = line.pid;
      continue;
    }
    if (line.what !== 'call') continue;
    const life = lifeOf(line.epoch);
    if (past.has(line.pid) || life < latest) expired.push(line);
    latest = Math.max(latest, life);
  }
  return expired;
}

/**
 * @param calls - All calls: `{ id, name, outcome, executed, epoch }`, without an outcome for those that never settled.
 * @param ledgers - The file of each name.
 */
export function judge(calls, ledgers) {
  const executions = new Map();
  const expired = [];
  const ids = new Set(calls.map(({ id }) => id));
  for (const file of ledgers.values()) {
    const lines = readLedger(file);
    expired.push(...expiredCalls(lines).filter(({ id }) => ids.has(id)));
    for (const line of lines) {
      if (line.what === 'call' && ids.has(line.id))
        executions.set(line.id, [...(executions.get(line.id) ?? []), line.epoch]);
    }
  }
  const acknowledged = calls.filter(({ outcome }) => outcome === 'acknowledged');
  return {
    calls: calls.length,
    acknowledged: acknowledged.length,
    lost: acknowledged.filter(({ id, epoch }) => executions.get(id)?.[0] !== epoch),
    twice: [...executions].filter(([, epochs]) => epochs.length > 1).map(([id]) => id),
    expired,
    // A caller may repeat a call that was reported as not run.
    untrue: calls.filter(({ id, executed }) => executed === 'no' && executions.has(id)),
    unsettled: calls.filter(({ outcome }) => outcome === undefined),
  };
}
