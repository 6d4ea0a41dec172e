import { describe, expect, test } from 'vitest';
import {
  checkedEndpoints,
  checkedExposure,
  checkedFarToken,
  checkedId,
  type Exposure,
  ExposureBook,
  KnownExposures,
  sameExposure,
} from '../../core/references/exposure.ts';
import { SerializerError } from '../../core/seam/errors.ts';
import { thrown } from '../support/failure.ts';

const HEX = '0123456789abcdef0123456789abcdef';
const NAMES = Array.from({ length: 4_096 }, (_, index) => `n${index}`);
const SOME = ['auto', ['add'], ['label']];

function exposureOf(methods: readonly string[], properties: readonly string[] = []): Exposure {
  return { typeid: 'auto', methods, properties };
}

function emptyBook(): ExposureBook {
  return new ExposureBook({ describe: () => undefined, kept: () => undefined });
}

describe('what a peer describes', () => {
  test.each<[string, (value: unknown) => unknown, unknown]>([
    ['id 0', checkedId, 0],
    ['the largest id', checkedId, 2 ** 48 - 1],
    ['an exposure', checkedExposure, SOME],
    ['a typeid of 256 characters', checkedExposure, ['x'.repeat(256), [], []]],
    ['a name of 256 characters', checkedExposure, ['auto', ['x'.repeat(256)], []]],
    ['4,096 names', checkedExposure, ['auto', NAMES, []]],
    ['a proxy of a third process', checkedFarToken, [HEX, ['ipc:///a'], 1, HEX, SOME]],
    ['16 addresses of 1,024 characters', checkedEndpoints, Array.from({ length: 16 }, () => 'x'.repeat(1_024))],
  ])('H26 H37 H71 %s is accepted', (_, check, value) => {
    expect(() => check(value)).not.toThrow();
  });

  test.each<[string, (value: unknown) => unknown, unknown]>([
    ['an id that is a text', checkedId, '1'],
    ['an id below 0', checkedId, -1],
    ['an id with a fraction', checkedId, 0.5],
    ['an id of more than 48 bits', checkedId, 2 ** 48],
    ['an exposure that is not a list', checkedExposure, { length: 3, 0: 'auto', 1: [], 2: [] }],
    ['an exposure of four parts', checkedExposure, [...SOME, 1]],
    ['a typeid that is not a text', checkedExposure, [[], [], []]],
    ['a typeid of 257 characters', checkedExposure, ['x'.repeat(257), [], []]],
    ['methods that are not a list', checkedExposure, ['auto', { map: 1 }, []]],
    ['a name that is not a text', checkedExposure, ['auto', [['add']], []]],
    ['an empty name', checkedExposure, ['auto', [''], []]],
    ['a name of 257 characters', checkedExposure, ['auto', ['x'.repeat(257)], []]],
    ['4,097 names', checkedExposure, ['auto', NAMES, ['label']]],
    ['the same name twice', checkedExposure, ['auto', ['add'], ['add']]],
    ['a token that is not a list', checkedFarToken, { length: 5 }],
    ['a token of six parts', checkedFarToken, [HEX, [], 1, HEX, SOME, 1]],
    ['an instance that is not a text', checkedFarToken, [[HEX], [], 1, HEX, SOME]],
    ['an instance of other digits', checkedFarToken, [HEX.toUpperCase(), [], 1, HEX, SOME]],
    ['a ticket that is not a text', checkedFarToken, [HEX, [], 1, [HEX], SOME]],
    ['a ticket with a line end', checkedFarToken, [HEX, [], 1, `${HEX}\n`, SOME]],
    ['a token with a malformed id', checkedFarToken, [HEX, [], '1', HEX, SOME]],
    ['a token with a malformed exposure', checkedFarToken, [HEX, [], 1, HEX, []]],
    ['addresses that are not a list', checkedEndpoints, 'ipc:///a'],
    ['an address that is not a text', checkedEndpoints, [['ipc:///a']]],
    ['an address of 1,025 characters', checkedEndpoints, ['x'.repeat(1_025)]],
    ['17 addresses', checkedEndpoints, Array.from({ length: 17 }, () => 'ipc:///a')],
  ])('H26 H37 H71 %s is rejected', (_, check, value) => {
    const error = thrown(() => check(value));
    expect(error).toBeInstanceOf(SerializerError);
    expect(error).toMatchObject({ code: 'INVALID_PAYLOAD' });
  });

  test('H34 at most 65,536 descriptions are learnt in one session', () => {
    const book = emptyBook();
    const text = JSON.stringify(SOME);
    for (let count = 0; count < 65_536; count++) if (!book.learn(text)) throw new Error(`number ${count} was rejected`);
    expect(book.learn(text)).toBe(false);
  });

  test('H34 descriptions of at most 2 MiB each, and 16 MiB together, are learnt', () => {
    const long = JSON.stringify(['auto', [], []]);
    expect(emptyBook().learn(long.padEnd(2 * 1024 * 1024))).toBe(true);
    expect(emptyBook().learn(long.padEnd(2 * 1024 * 1024 + 1))).toBe(false);
    const book = emptyBook();
    for (let count = 0; count < 8; count++) expect(book.learn(long.padEnd(2 * 1024 * 1024))).toBe(true);
    expect(book.learn(long)).toBe(false);
  });
});

describe('what is described to a peer', () => {
  test('H34 no more is described than a peer accepts', () => {
    const tooLong = exposureOf(Array.from({ length: 2_048 }, (_, index) => `${index}`.padEnd(1_024, 'x')));
    expect(String(thrown(() => emptyBook().numberOf(tooLong)))).toMatch(/members of an object .* are too long/);

    const book = emptyBook();
    const large = (index: number): Exposure =>
      exposureOf(Array.from({ length: 1_024 }, (_, at) => `${index}-${at}`.padEnd(1_017, 'x')));
    for (let index = 0; index < 16; index++) expect(book.numberOf(large(index))).toBe(index);
    expect(String(thrown(() => book.numberOf(large(16))))).toMatch(/different sets of members/);

    const many = emptyBook();
    for (let index = 0; index < 65_536; index++) many.numberOf(exposureOf([]));
    expect(String(thrown(() => many.numberOf(exposureOf([]))))).toMatch(/more than 65536 different sets of members/);
  });

  test('exposures are the same if each operation has the same number', () => {
    const exposure = exposureOf(['add', 'get'], ['label']);
    expect(sameExposure(exposure, exposureOf(['add', 'get'], ['label']))).toBe(true);
    expect(sameExposure(exposure, { ...exposure, typeid: 'actor' })).toBe(false);
    expect(sameExposure(exposure, exposureOf(['get', 'add'], ['label']))).toBe(false);
    expect(sameExposure(exposure, exposureOf(['add', 'get'], ['name']))).toBe(false);
  });

  test('H34 256 exposures of third processes are known, so a peer that invents them takes no memory', () => {
    const known = new KnownExposures();
    const first = exposureOf(['first']);
    expect(known.same(first)).toBe(first);
    for (let index = 1; index < 256; index++) known.same(exposureOf([`n${index}`]));
    expect(known.same(exposureOf(['first']))).toBe(first);
    known.same(exposureOf(['one more']));
    expect(known.same(exposureOf(['first']))).not.toBe(first);
  });
});
