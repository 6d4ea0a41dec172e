import type { ActorOptions } from 'uactor';
import { describe, expect, test } from 'vitest';
import { childrenOf, hasEnded, isActorProcess, isAlive, scratch } from '../support/leaks.ts';
import { Program } from '../support/program.ts';
import { Surroundings } from '../fixtures/surroundings.ts';

/** Generous: spares start one after the other, possibly on a busy machine. */
const POLL = { timeout: 20_000, interval: 20 };

/** A program that spawns actors on command. */
class Preforking extends Program {
  #spawned = 0;

  constructor() {
    super('preforking');
  }

  /** Makes the program spawn an actor, and resolves to the actor's process id. */
  async spawn(options: ActorOptions & { readonly folder?: string }): Promise<number> {
    this.child.stdin?.write(`${JSON.stringify(options)}\n`);
    this.#spawned++;
    return await this.saidNumber(`pid${this.#spawned}`);
  }

  /** Resolves to the arguments and the folder that the last spawned actor saw. */
  async saw(): Promise<unknown> {
    return JSON.parse(await this.said(`saw${this.#spawned}`));
  }

  /** Returns the program's child processes that run Node. */
  processes(): readonly number[] {
    return childrenOf(this.pid)
      .filter(({ pid }) => isActorProcess(pid))
      .map(({ pid }) => pid);
  }

  /** Waits until the program has this many spares: child processes other than `actors`. */
  async spares(count: number, actors: readonly number[]): Promise<readonly number[]> {
    const spares = (): readonly number[] => this.processes().filter((pid) => !actors.includes(pid));
    await expect.poll(spares, POLL).toHaveLength(count);
    return spares();
  }
}

describe('prefork', () => {
  test('the second actor lives in a process that waited for it, and another one is started', async () => {
    await using program = new Preforking();
    const first = await program.spawn({ prefork: 2 });
    const spares = await program.spares(2, [first]);
    const second = await program.spawn({ prefork: 2 });
    expect(spares).toContain(second);
    expect(await program.saw()).toEqual([[], process.cwd()]);
    const refilled = await program.spares(2, [first, second]);
    program.goOn();
    // Spares keep no process alive, and end with their owner.
    expect(await program.ended, program.stderr).toEqual({ exitCode: 0, signal: null });
    await Promise.all(refilled.map(async (pid) => await hasEnded(pid)));
    expect(program.stderr).toBe('');
  });

  test('spares end when their owner is killed', async () => {
    await using program = new Preforking();
    const first = await program.spawn({ prefork: 1 });
    const spares = await program.spares(1, [first]);
    program.child.kill('SIGKILL');
    await program.ended;
    await Promise.all([first, ...spares].map(async (pid) => await hasEnded(pid)));
    expect(program.stderr).toBe('');
  });

  test.each<[string, ActorOptions & { readonly folder?: string }]>([
    ['another environment', { prefork: 1, env: { ANOTHER: 'yes' } }],
    ['other arguments', { prefork: 1, execArgv: ['--stack-trace-limit=7'] }],
    ['another folder', { prefork: 1, cwd: scratch }],
    ['an owner that has changed its folder', { prefork: 1, folder: scratch }],
    ['other streams', { prefork: 1, stdio: 'inherit' }],
    ['another heap', { prefork: 1, resourceLimits: { maxOldGenerationSizeMb: 100 } }],
    ['no prefork', {}],
  ])('a spare is not taken for %s', async (_, options) => {
    await using program = new Preforking();
    const first = await program.spawn({ prefork: 1 });
    const [spare = 0] = await program.spares(1, [first]);
    expect(await program.spawn(options)).not.toBe(spare);
    expect(isAlive(spare)).toBe(true);
  });

  test('a spare that was killed is not taken', async () => {
    await using program = new Preforking();
    const first = await program.spawn({ prefork: 1 });
    const [spare = 0] = await program.spares(1, [first]);
    process.kill(spare, 'SIGKILL');
    // When the program has noticed the death, the system forgets the process.
    await expect.poll(() => childrenOf(program.pid).some(({ pid }) => pid === spare), POLL).toBe(false);
    const second = await program.spawn({ prefork: 1 });
    await program.spares(1, [first, second]);
  });

  test('whoever gives each actor an environment of its own does not gather spares', async () => {
    await using program = new Preforking();
    const actors: number[] = [];
    for (let index = 0; index < 7; index++) {
      actors.push(await program.spawn({ prefork: 1, env: { INDEX: String(index) } }));
    }
    await program.spares(4, actors);
  });

  test.each([-1, 1.5, 65])('%s is refused', (prefork) => {
    expect(() => Surroundings.with({ prefork })).toThrow(
      /prefork must be a whole number from 0 to 64, because each waiting process/,
    );
  });

  test('U80 the lines of a spare go to the log of the actor that takes it', async () => {
    await using program = new Preforking();
    const options = { prefork: 1, log: true } as const;
    const first = await program.spawn(options);
    const [spare] = await program.spares(1, [first]);
    expect(await program.spawn(options)).toBe(spare);
    await expect.poll(() => program.stdout, POLL).toContain(`[Surroundings ${spare}] here\n`);
    program.goOn();
    expect(await program.ended, program.stderr).toEqual({ exitCode: 0, signal: null });
  });

  test('with a descriptor in stdio it is refused', () => {
    const preforking = { prefork: 1, stdio: ['ignore', 2, 2] } as const;
    expect(() => Surroundings.with(preforking)).toThrow(/prefork cannot be combined with a descriptor in stdio/);
  });
});
