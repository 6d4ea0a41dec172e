import { expect, test } from 'vitest';
import { CallLimiter } from '../../core/references/call-limiter.ts';
import { Line } from '../../core/references/waiting.ts';

test('U40 the limit of calls run at a time, the rest wait in order, and cancelled calls leave the line', () => {
  const limiter = new CallLimiter(2);
  const begun: number[] = [];
  const leaves: (() => void)[] = [];
  const enter = (number: number): (() => void) =>
    limiter.enter((leave) => {
      begun.push(number);
      leaves.push(leave);
    });
  const withdraw = [0, 1, 2, 3, 4].map(enter);
  expect(begun).toEqual([0, 1]);
  withdraw[2]?.();
  leaves[0]?.();
  leaves[0]?.();
  expect(begun).toEqual([0, 1, 3]);
  leaves[1]?.();
  expect(begun).toEqual([0, 1, 3, 4]);
});

test('U40 a call that is made while a waiting call begins goes to the end of the line', () => {
  const limiter = new CallLimiter(1);
  const begun: string[] = [];
  const leaves: (() => void)[] = [];
  const enter = (name: string, also: (leave: () => void) => void): void => {
    limiter.enter((leave) => {
      begun.push(name);
      also(leave);
    });
  };
  enter('running', (leave) => leaves.push(leave));
  enter('first', (leave) => {
    leave();
    enter('late', (over) => over());
  });
  enter('second', (leave) => leave());
  leaves[0]?.();
  expect(begun).toEqual(['running', 'first', 'second', 'late']);
});

test('U40 100,000 calls that end at once do not overflow the stack', () => {
  const limiter = new CallLimiter(1);
  const leaves: (() => void)[] = [];
  limiter.enter((leave) => leaves.push(leave));
  let ran = 0;
  for (let index = 0; index < 100_000; index++) {
    limiter.enter((leave) => {
      ran++;
      leave();
    });
  }
  leaves[0]?.();
  expect(ran).toBe(100_000);
});

test('F59 an item leaves a line at any position, once', () => {
  const line = new Line<number>();
  const places = [0, 1, 2, 3, 4].map((item) => line.add(item));
  for (const index of [2, 0, 4]) {
    const place = places[index];
    if (place === undefined) throw new Error('there are five');
    expect(line.leave(place)).toBe(true);
    expect(line.leave(place)).toBe(false);
  }
  expect(line.length).toBe(2);
  expect(line.first).toBe(1);
  expect(line.clear()).toEqual([1, 3]);
  expect(line.shift()).toBeUndefined();
});
