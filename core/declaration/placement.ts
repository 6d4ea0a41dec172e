import { misuse } from '../seam/errors.ts';
import type { ActorHost, ActorOptions } from './actor-options.ts';

/** Options of a process that its host decides on. */
export const HOSTS_OWN: readonly (keyof ActorOptions)[] = [
  'address',
  'addresses',
  'advertise',
  'authkey',
  'capture',
  'execArgv',
  'env',
  'cwd',
  'stdio',
  'transport',
];

/**
 * Checks `on` and what goes with it.
 *
 * @throws `TypeError` that names the option and what to do.
 */
export function checkPlacement(options: ActorOptions, className: string): void {
  const { on, label, name, build } = options;
  if (on === undefined) {
    const lonely = (['label', 'name', 'build'] as const).find((option) => options[option] !== undefined);
    if (lonely === undefined) return;
    throw misuse(
      `${className}.options.${lonely} is for actors on a host: give the host as well, with({ on: await Host.connect(…), ` +
        `${lonely}: … })`,
    );
  }
  if (typeof on !== 'object' || hostsOf(on).length === 0 || !hostsOf(on).every(isHost)) {
    throw misuse(
      `${className}.options.on must be a host, or a list of hosts: with({ on: await Host.connect(address) })`,
    );
  }
  if (label !== undefined && !isTextRecord(label)) {
    throw misuse(`${className}.options.label must be an object of strings: { gpu: '1' }`);
  }
  for (const [option, value] of [
    ['name', name],
    ['build', build],
  ] as const) {
    if (value !== undefined && (typeof value !== 'string' || value === '')) {
      throw misuse(`${className}.options.${option} must be a string that is not empty`);
    }
  }
  const hostsOwn = HOSTS_OWN.find((option) => options[option] !== undefined);
  if (hostsOwn === undefined) return;
  throw misuse(
    `${className}.options.${hostsOwn} cannot go with 'on', because it is the host that decides on it: leave it out`,
  );
}

/** The hosts of the option `on`. */
export function hostsOf(on: NonNullable<ActorOptions['on']>): readonly ActorHost[] {
  return Array.isArray(on) ? on : [on].flat();
}

function isHost(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'place' in value && typeof value.place === 'function';
}

function isTextRecord(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((text: unknown) => typeof text === 'string')
  );
}
