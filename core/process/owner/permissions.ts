import { dirname, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { process } from '../../seam/environment.ts';
import { ActorSpawnError } from '../../seam/errors.ts';

/** The Node version from which the permission model covers the network, including pipes and Unix sockets. */
const COVERS_NETWORK = 25;

/** The resources that an actor's process will use. */
export interface Needs {
  readonly name: string;
  /** The arguments for Node, including those in its environment. */
  readonly args: readonly string[];
  readonly cwd: string | undefined;
  /** The URL of the actor's module. */
  readonly module: string;
  /** The file that Node runs. */
  readonly program: string | undefined;
  /** The folder of its private socket. */
  readonly folder: string | undefined;
}

/**
 * Checks Node's permission model before a process starts: without access to its pipe it could not report what it lacks.
 *
 * @throws {@link ActorSpawnError} that names the missing flags.
 */
export function demandPermissions(needs: Needs): void {
  const { name, args } = needs;
  if (!args.some((argument) => /^--(?:experimental-)?permission$/.test(argument))) return;
  const missing = missingFlags(needs);
  if (missing.length === 0) return;
  throw new ActorSpawnError(
    `the process of ${name} runs under Node's permission model and needs more permissions: add ${missing.join(' ')} to Node's flags ` +
      "(options.execArgv). The packages and files that the actor's module imports must be readable, too",
    { executed: 'no' },
  );
}

/**
 * Checks whether this process may start the guardian, which it needs before it creates anything.
 *
 * @throws {@link ActorSpawnError} that names the missing flag.
 */
export function demandOwnPermission(name: string): void {
  const permission: unknown = Reflect.get(process, 'permission');
  if (!isPermission(permission) || permission.has('child')) return;
  throw new ActorSpawnError(
    `this process may not start the process of ${name}: Node's permission model requires the flag --allow-child-process`,
    { executed: 'no' },
  );
}

function missingFlags({ args, cwd, module, program, folder }: Needs): readonly string[] {
  const missing: string[] = [];
  const readable = [program === undefined ? undefined : dirname(dirname(program)), fileOf(module)];
  for (const path of readable) {
    if (path !== undefined && !isAllowed(path, '--allow-fs-read', args, cwd)) missing.push(`--allow-fs-read=${path}`);
  }
  for (const flag of ['--allow-fs-read', '--allow-fs-write']) {
    // Each program has its own folder with an unpredictable name.
    if (folder !== undefined && !isAllowed(folder, flag, args, cwd))
      missing.push(`${flag}=${folder.replace(/-[^-]*$/, '-*')}`);
  }
  const major = Number.parseInt(process.versions.node, 10);
  if (major >= COVERS_NETWORK && !args.includes('--allow-net')) missing.push('--allow-net');
  return missing;
}

function fileOf(url: string): string | undefined {
  return url.startsWith('file:') ? fileURLToPath(url) : undefined;
}

/** Whether a flag names the path, a folder that contains it, or a prefix of it followed by an asterisk. */
function isAllowed(path: string, flag: string, args: readonly string[], cwd: string | undefined): boolean {
  // Node takes a comma for a part of the path.
  const places = args.flatMap((argument, index) => {
    if (argument.startsWith(`${flag}=`)) return [argument.slice(flag.length + 1)];
    return argument === flag ? [args[index + 1] ?? ''] : [];
  });
  return places.some((allowed) => {
    if (allowed === '*') return true;
    const place = resolve(cwd ?? '.', allowed);
    if (place.endsWith('*'))
      return path.startsWith(place.slice(0, -1)) || `${path}${sep}`.startsWith(place.slice(0, -1));
    return path === place || path.startsWith(place.endsWith(sep) ? place : `${place}${sep}`);
  });
}

function isPermission(value: unknown): value is { has(scope: string): boolean } {
  return typeof value === 'object' && value !== null && 'has' in value;
}
