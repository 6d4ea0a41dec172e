import { execFileSync } from 'node:child_process';
import type { Namespace } from './namespaces.ts';

/** The requirements of these tests. */
const REMEDY =
  'network namespaces cannot be made here, so nothing of this was tested: install iproute2 (apt-get install iproute2) and run as root ' +
  'on Linux, in a container with --cap-add NET_ADMIN --cap-add SYS_ADMIN';

/** Network namespaces on one switch, each with its own cable, which can be pulled. Needs root privileges. */
export class Networks implements Disposable {
  readonly #hub = `uactor-hub-${process.pid}`;
  readonly #names: readonly string[];
  readonly #made: string[] = [];

  /** @throws Error that says what the machine lacks. */
  constructor(names: readonly string[]) {
    this.#names = names;
    try {
      this.#add(this.#hub);
      ip('-n', this.#hub, 'link', 'add', 'switch', 'type', 'bridge');
      ip('-n', this.#hub, 'link', 'set', 'switch', 'up');
      for (const name of names) this.#join(name);
    } catch (cause) {
      this[Symbol.dispose]();
      throw new Error(`${REMEDY}: ${String(cause)}`, { cause });
    }
  }

  /** Returns a network by its name. */
  at(name: string): Namespace {
    return {
      prefix: ['ip', 'netns', 'exec', this.#own(name)],
      ip: `10.213.78.${this.#names.indexOf(name) + 1}`,
    };
  }

  /** Cuts a network off, without notice to any end. */
  pull(name: string): void {
    ip('-n', this.#own(name), 'link', 'set', 'cable', 'down');
  }

  /** Reconnects a network. */
  plug(name: string): void {
    ip('-n', this.#own(name), 'link', 'set', 'cable', 'up');
  }

  [Symbol.dispose](): void {
    for (const name of this.#made.splice(0)) ip('netns', 'delete', name);
  }

  #own(name: string): string {
    return `uactor-${name}-${process.pid}`;
  }

  #add(namespace: string): void {
    ip('netns', 'add', namespace);
    this.#made.push(namespace);
  }

  #join(name: string): void {
    const own = this.#own(name);
    this.#add(own);
    ip('link', 'add', 'cable', 'netns', own, 'type', 'veth', 'peer', 'name', name, 'netns', this.#hub);
    ip('-n', this.#hub, 'link', 'set', name, 'master', 'switch', 'up');
    ip('-n', own, 'address', 'add', `${this.at(name).ip}/24`, 'dev', 'cable');
    ip('-n', own, 'link', 'set', 'lo', 'up');
    ip('-n', own, 'link', 'set', 'cable', 'up');
  }
}

function ip(...args: readonly string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
