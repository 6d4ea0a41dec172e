import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FUNCTION_EXPOSURE } from '../../core/references/exposure.ts';
import { type ObjectEntry, ObjectTable, Tickets } from '../../core/references/object-table.ts';
import { DEFAULT_LIMITS } from '../../core/seam/limits.ts';
import { everyInterleaving, type Model, type Step } from './interleavings.ts';

const LIFE_MS = 1_000;

/**
 * A ticket between three parties. The owner has the object; the giver holds it, leaves a ticket and releases its reference; the taker
 * brings the ticket, which may arrive first, and later releases the reference. Time may pass at any moment.
 */
class TicketModel implements Model {
  readonly #objects = new ObjectTable(
    () => undefined,
    () => DEFAULT_LIMITS,
  );
  readonly #tickets = new Tickets(this.#objects, () => DEFAULT_LIMITS);
  readonly #entry: ObjectEntry;
  readonly #pending: Record<string, Step[]>;
  readonly #giver = {};
  #expired = false;
  #granted = false;
  #released = false;
  #outcome: 'none' | 'waiting' | 'held' | 'returned' | 'refused' = 'none';

  constructor({ giverDies }: { giverDies: boolean }) {
    this.#entry = this.#objects.enter({}, FUNCTION_EXPOSURE);
    // The giver's reference.
    this.#objects.hold(this.#entry);
    const grant = {
      name: 'the grant arrives',
      run: () => {
        this.#granted = true;
        this.#tickets.grant('t', this.#entry, LIFE_MS, this.#giver);
      },
    };
    const release = {
      name: 'the giver lets go',
      run: () => {
        this.#released = true;
        this.#objects.drop(this.#entry, 1);
      },
    };
    this.#pending = {
      // A giver that died before it sent its grant only releases.
      giver: giverDies ? [release] : [grant, release],
      taker: [{ name: 'the claim arrives', run: () => this.#claim() }],
      time: [
        {
          name: 'time passes',
          run: () => {
            this.#expired = true;
            vi.advanceTimersByTime(10 * LIFE_MS);
          },
        },
      ],
    };
  }

  steps(): readonly Step[] {
    const steps = Object.values(this.#pending).flatMap((queue) => {
      const [first] = queue;
      return first === undefined ? [] : [{ name: first.name, run: () => (queue.shift(), first.run()) }];
    });
    if (this.#outcome === 'held') {
      const giveBack = (): void => {
        this.#outcome = 'returned';
        this.#objects.drop(this.#entry, 1);
      };
      steps.push({ name: 'the taker gives back', run: giveBack });
    }
    return steps;
  }

  check(): void {
    const ticket = this.#tickets.leftBy(this.#giver);
    expect(ticket).toBe(this.#tickets.size);
    const holders = (this.#released ? 0 : 1) + ticket + (this.#outcome === 'held' ? 1 : 0);
    expect(this.#entry.held).toBe(holders);
    expect(this.#objects.held).toBe(holders);
    expect(this.#objects.size).toBe(holders === 0 ? 0 : 1);
    expect(this.#tickets.size).toBe(ticket);
    // A reference that was granted belongs to an existing object.
    if (this.#outcome === 'held') expect(this.#objects.find(this.#entry.object)).toBe(this.#entry);
  }

  end(): void {
    // Waiting claims end within the maximum time of a claim.
    vi.advanceTimersByTime(60 * LIFE_MS);
    expect(this.#tickets.size).toBe(0);
    expect(this.#objects.held).toBe(0);
    if (!this.#granted) return;
    expect(this.#tickets.leftBy(this.#giver)).toBe(0);
    if (!this.#expired) expect(this.#outcome).toBe('returned');
  }

  #claim(): void {
    this.#outcome = 'waiting';
    this.#tickets.claim('t', 5 * LIFE_MS).then(
      (entry) => (this.#outcome = entry === this.#entry ? 'held' : 'refused'),
      () => (this.#outcome = 'refused'),
    );
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

for (const giverDies of [false, true]) {
  test(`U37 a ticket between three parties, in every order${giverDies ? ', whose giver dies before it was left' : ''}`, async () => {
    const { runs, taken } = await everyInterleaving(() => new TicketModel({ giverDies }));
    expect(runs).toBeGreaterThan(giverDies ? 5 : 15);
    expect([...taken.keys()]).toContain('time passes');
    if (!giverDies) expect([...taken.keys()]).toContain('the taker gives back');
  });
}

function makeFaulty(): Model {
  let [a, b] = [0, 0];
  return {
    steps: () => [...(a < 2 ? [{ name: 'a', run: () => a++ }] : []), ...(b < 1 ? [{ name: 'b', run: () => b++ }] : [])],
    check() {
      if (a === 1 && b === 1) throw new Error('both are one');
    },
  };
}

test('an order that goes wrong is named', async () => {
  await expect(everyInterleaving(makeFaulty)).rejects.toThrow('after the steps a, b: both are one');
});
