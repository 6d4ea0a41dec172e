import { execFileSync } from 'node:child_process';

/** A separate network on this machine, like that of another machine. */
export interface Namespace {
  /** The command in front of a program to run it there. */
  readonly prefix: readonly string[];
  /** Its only address. */
  readonly ip: string;
}

/** Returns why no two networks can be created here; `undefined` when they can. Needs `ip` of iproute2 and root privileges. */
export function whyNoNamespaces(): string | undefined {
  try {
    new Namespaces()[Symbol.dispose]();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Two network namespaces with a cable between them, which can be pulled. Needs root privileges. */
export class Namespaces implements Disposable {
  readonly near: Namespace;
  readonly far: Namespace;
  readonly #near: string;
  readonly #made: string[] = [];

  constructor() {
    const near = `uactor-near-${process.pid}`;
    const far = `uactor-far-${process.pid}`;
    this.#near = near;
    this.near = { prefix: ['ip', 'netns', 'exec', near], ip: '10.213.77.1' };
    this.far = { prefix: ['ip', 'netns', 'exec', far], ip: '10.213.77.2' };
    try {
      for (const name of [near, far]) {
        ip('netns', 'add', name);
        this.#made.push(name);
      }
      ip('link', 'add', 'cable', 'netns', near, 'type', 'veth', 'peer', 'name', 'cable', 'netns', far);
      for (const [name, address] of [
        [near, this.near.ip],
        [far, this.far.ip],
      ] as const) {
        ip('-n', name, 'address', 'add', `${address}/24`, 'dev', 'cable');
        ip('-n', name, 'link', 'set', 'lo', 'up');
        ip('-n', name, 'link', 'set', 'cable', 'up');
      }
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Cuts the networks off from each other, without notice to any end. */
  pull(): void {
    ip('-n', this.#near, 'link', 'set', 'cable', 'down');
  }

  /** Reconnects the networks. */
  plug(): void {
    ip('-n', this.#near, 'link', 'set', 'cable', 'up');
  }

  [Symbol.dispose](): void {
    for (const name of this.#made) ip('netns', 'delete', name);
  }
}

function ip(...args: readonly string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
