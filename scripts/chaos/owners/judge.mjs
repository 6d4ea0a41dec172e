/** Reads the records of a round's processes, and reports violations. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The maximum time between a fault and a suspect that it explains, in milliseconds. */
const EXCUSE_MS = 20_000;

/**
 * @param killed - The names of killed processes, including incarnations of the depot.
 * @param faults - `[time, names…]` of the processes that each fault may have cut off from others.
 * @param remaining - The items left in the queue of each incarnation of the depot that lived to the end.
 */
export function judge(folder, { killed, faults, remaining }) {
  const violations = [];
  const totals = { made: 0, yes: 0, no: 0, maybe: 0, unsettled: 0, started: 0, put: 0, got: 0, held: 0 };
  const files = readdirSync(folder).filter((name) => /^(?:owner|worker)-/.test(name));
  const records = files.map((name) => ({
    who: name.slice(name.indexOf('-') + 1),
    isOwner: name.startsWith('owner-'),
    lines: readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(' ')),
  }));
  const ended = new Map();
  const made = new Map();
  const started = new Map();
  const items = { putting: new Map(), put: new Set(), refused: new Set(), got: new Map() };
  const holds = [];
  for (const { who, lines } of records) {
    for (const [word, id, ...rest] of lines) {
      if (word === 'made') {
        made.set(id, who);
        totals.made++;
      } else if (word === 'ended') {
        if (ended.has(id)) violations.push(`${id} settled twice`);
        ended.set(id, rest);
        totals[rest[0]]++;
      } else if (word === 'started') {
        started.set(id, [...(started.get(id) ?? []), who]);
        totals.started++;
      } else if (word === 'violation') violations.push(`${who}: ${[id, ...rest].join(' ')}`);
      else if (word === 'suspect') {
        const [time, names] = [Number(id), rest.join(' ')];
        const excused = faults.some(
          ([at, ...parties]) => at <= time && time - at < EXCUSE_MS && parties.some((party) => names.includes(party)),
        );
        if (!excused) violations.push(`${who}: a held object is gone: ${names}`);
      } else if (word === 'putting') items.putting.set(id, who);
      else if (word === 'put') items.put.add(id);
      else if (word === 'refused') items.refused.add(id);
      else if (word === 'got') items.got.set(id, [...(items.got.get(id) ?? []), who]);
      else if (word === 'held')
        holds.push({ who, depot: id, from: BigInt(rest[0]), to: BigInt(rest[1]), fence: Number(rest[2]) });
    }
  }
  for (const { who, isOwner, lines } of records) {
    if (isOwner && !killed.has(who) && lines.at(-1)?.[0] !== 'done') violations.push(`${who} did not come to its end`);
  }
  calls({ made, ended, started, killed, violations, totals });
  order({ records, ended, violations });
  queue({ items, killed, remaining, violations, totals });
  locks({ holds, violations, totals });
  return { violations, totals };
}

function calls({ made, ended, started, killed, violations, totals }) {
  for (const [id, where] of started) {
    if (where.length > 1) violations.push(`${id} ran ${where.length} times: ${where}`);
    if (!made.has(id)) violations.push(`${id} ran and was never made`);
    if (where[0] !== id.split(':')[1]) violations.push(`${id} ran at ${where[0]}`);
  }
  for (const [id, who] of made) {
    const [executed, code] = ended.get(id) ?? [];
    const times = started.get(id)?.length ?? 0;
    if (executed === undefined) {
      totals.unsettled++;
      if (!killed.has(who)) violations.push(`${id} of ${who} never settled`);
    }
    if (executed === 'yes' && times !== 1) violations.push(`${id} ended with yes ${code ?? ''} and ran ${times} times`);
    if (executed === 'no' && times !== 0) violations.push(`${id} ended with no ${code ?? ''} and ran`);
  }
}

/** Checks order: an answered call started before every later one of the same caller, because its session lived until then. */
function order({ records, ended, violations }) {
  for (const { who, isOwner, lines } of records) {
    if (isOwner) continue;
    const latest = new Map();
    for (const [word, id] of lines) {
      if (word !== 'started') continue;
      const [caller, , text] = id.split(':');
      const number = Number(text);
      const before = latest.get(caller) ?? 0;
      if (number < before && ended.get(id)?.[0] === 'yes')
        violations.push(`${id} started at ${who} after ${caller}:…:${before}`);
      latest.set(caller, Math.max(before, number));
    }
  }
}

/** Checks that each item is taken once; twice only if the first taker may have lost its connection. */
function queue({ items, killed, remaining, violations, totals }) {
  totals.put += items.put.size;
  totals.got += items.got.size;
  const left = new Set([...remaining.values()].flat());
  for (const item of items.put) {
    const [incarnation] = item.split('/');
    if (killed.has(incarnation)) continue;
    // A killed taker may have taken its last item without recording it.
    if (!items.got.has(item) && !left.has(item)) violations.push(`${item} was put into the queue and is lost`);
    // Its taker lost the connection before the acknowledgement had left.
    if (items.got.has(item) && left.has(item)) totals.twice = (totals.twice ?? 0) + 1;
  }
  for (const [item, takers] of items.got) {
    if (!items.putting.has(item)) violations.push(`${item} was taken and never put`);
    if (items.refused.has(item)) violations.push(`${item} was refused and taken`);
    if (takers.length > 1) totals.twice = (totals.twice ?? 0) + 1;
    if (takers.length > 2) violations.push(`${item} was taken ${takers.length} times: ${takers}`);
  }
}

/** Checks that two continuous holders of the lock did not overlap, and that later holds have higher numbers. */
function locks({ holds, violations, totals }) {
  totals.held += holds.length;
  for (const depot of new Set(holds.map((hold) => hold.depot))) {
    const all = holds.filter((hold) => hold.depot === depot).toSorted((one, other) => (one.from < other.from ? -1 : 1));
    for (const [index, hold] of all.entries()) {
      const next = all[index + 1];
      if (next === undefined) continue;
      if (next.from < hold.to)
        violations.push(`${hold.who} and ${next.who} held the lock of ${depot} at the same time`);
      if (next.fence <= hold.fence)
        violations.push(`fencing number ${next.fence} of ${next.who} came after ${hold.fence}`);
    }
  }
}
