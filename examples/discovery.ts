/**
 * Finds actors by name: `node discovery.js`. A registry is an actor that keeps proxies of other actors. A process that
 * knows the registry's address finds all of them, wherever they listen.
 */
import { Actor, isMain, ProxyError } from 'uactor';

/** An actor that answers questions. */
interface Oracle {
  ask(question: string): Promise<string>;
}

/** A registry: keeps proxies by name. */
export class Registry extends Actor {
  static override readonly module = import.meta.url;
  readonly #actors = new Map<string, Oracle>();

  register(name: string, actor: Oracle): void {
    this.#actors.set(name, actor);
  }

  find(name: string): Oracle {
    const found = this.#actors.get(name);
    if (found) return found;
    throw new ProxyError(`no actor is registered as ${name}`, { code: 'OBJECT_GONE' });
  }

  names(): readonly string[] {
    return [...this.#actors.keys()];
  }
}

/** An actor that the registry lists. */
export class Almanac extends Actor {
  static override readonly module = import.meta.url;

  ask(question: string): string {
    return `${question} is on a Monday, says process ${process.pid}`;
  }
}

/** A client that knows only the registry's address. */
export class Traveller extends Actor {
  static override readonly module = import.meta.url;

  async askAround(registry: string, name: string, question: string): Promise<string> {
    await using directory = await Registry.connect(registry);
    const oracle = await directory.find(name);
    return await oracle.ask(question);
  }
}

if (isMain(import.meta)) {
  await using registry = await Registry.with({ address: 'tcp://127.0.0.1:0' }).spawn();
  await using almanac = await Almanac.with({ address: 'tcp://127.0.0.1:0' }).spawn();
  await registry.register('almanac', almanac);
  console.log(`registered: ${(await registry.names()).join(', ')}`);
  await using traveller = await Traveller.spawn();
  const answer = await traveller.askAround(registry.connectionAddress ?? '', 'almanac', 'the feast');
  console.log(answer === `the feast is on a Monday, says process ${await almanac.pid()}` ? 'found it' : answer);
}
