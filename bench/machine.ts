import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';

/** The machine, and the figures that describe it. */
export interface Machine {
  readonly node: string;
  readonly v8: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  /** The core to which both sides were pinned; absent if the system chose. */
  readonly pinnedTo?: number;
  readonly memoryGiB: number;
  /** The load of the last minute when the run began: above 0, other programs were running. */
  readonly load: number;
  readonly packages: Readonly<Record<string, string>>;
}

const PACKAGES = ['uactor', 'superjson', 'msgpackr', 'protobufjs'];

/** Above this load, other programs take part of the measured core. */
const QUIET_LOAD = 0.5;

/** Returns a warning about a machine with other work, before the measurements; `undefined` for a quiet one. */
export function warningOf({ load, cores }: Machine): string | undefined {
  if (!(load > QUIET_LOAD)) return undefined;
  return (
    `this machine is loaded (${load} of ${cores} cores in the last minute): rates and latencies come out worse than they are; ` +
    'CPU per call, and ratios of it, still hold'
  );
}

export function describeMachine(pinnedTo?: number): Machine {
  const all = cpus();
  return {
    node: process.version,
    v8: process.versions.v8,
    platform: `${process.platform} ${process.arch} ${release()}`,
    cpu: all[0]?.model.trim() || 'unknown',
    cores: all.length,
    ...(pinnedTo !== undefined && { pinnedTo }),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    load: Number((loadavg()[0] ?? Number.NaN).toFixed(2)),
    packages: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
  };
}

/** Returns the version in the package.json above a package's module. */
function versionOf(name: string): string {
  for (let folder = dirname(createRequire(import.meta.url).resolve(name)); ; folder = dirname(folder)) {
    const found = manifestIn(folder);
    if (found !== undefined && found.name === name) return found.version;
    if (folder === dirname(folder)) throw new Error(`the package.json of ${name} was not found`);
  }
}

function manifestIn(folder: string): { readonly name: unknown; readonly version: string } | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (typeof manifest !== 'object' || manifest === null || !('name' in manifest)) return undefined;
    return { name: manifest.name, version: 'version' in manifest ? String(manifest.version) : '' };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
