import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { LanguageServer } from '../support/language-server.ts';
import { scratch } from '../support/leaks.ts';

const root = resolve(import.meta.dirname, '../..');

const ACTOR = `
import { Actor, proxy, type RemoteObject } from 'uactor';

export class Row {
  /** Reads one cell. */
  cell(index: number): string { return 'cell ' + index; }
}

export class Store extends Actor {
  static override readonly module = import.meta.url;
  /** Counts the rows of a kind. */
  count(kind: string): number { return kind.length; }
  row(): RemoteObject<Row> { return proxy(new Row()); }
}

export class Listed extends Actor {
  static override readonly module = import.meta.url;
  static override readonly exposed = ['total'] as const;
  /** The sum of all. */
  readonly total: number = 0;
}

export class Pooled extends Actor {
  static override readonly module = import.meta.url;
  /** Takes a turn. */
  turn(by: number): number { return by; }
}
`;

const USE = `
import { ActorPool } from 'uactor';
import { Listed, Pooled, Store } from './actor.ts';

const store = await Store.spawn();
export const counted: number = await store.count('a');
const row = await store.row();
export const cell: string = await row.cell(1);
const listed = await Listed.spawn();
export const total: number = await listed.total;
const pool = await ActorPool.spawn(Pooled);
export const turns: number = await pool.any.turn(1);
`;

/** Uses of members, and the place and form of each declaration. */
const MEMBERS = [
  {
    use: 'store.count',
    declared: 'actor.ts: count(kind: string): number { return kind.length; }',
    used: "use.ts: export const counted: number = await store.count('a');",
    documented: 'Counts the rows of a kind.',
    type: 'count: (kind: string) => Promise<number>',
  },
  {
    use: 'row.cell',
    declared: "actor.ts: cell(index: number): string { return 'cell ' + index; }",
    used: 'use.ts: export const cell: string = await row.cell(1);',
    documented: 'Reads one cell.',
    type: 'cell: (index: number) => Promise<string>',
  },
  {
    use: 'listed.total',
    declared: 'actor.ts: readonly total: number = 0;',
    used: 'use.ts: export const total: number = await listed.total;',
    documented: 'The sum of all.',
    type: 'total: Promise<number>',
  },
  {
    use: 'pool.any.turn',
    declared: 'actor.ts: turn(by: number): number { return by; }',
    used: 'use.ts: export const turns: number = await pool.any.turn(1);',
    documented: 'Takes a turn.',
    type: 'turn: (by: number) => Promise<number>',
  },
] as const;

const compilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  target: 'esnext',
  lib: ['esnext'],
  module: 'nodenext',
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
  paths: { uactor: [join(root, 'dist/index.d.ts')] },
};

/** The used part of the language service that TypeScript had before it became a server. */
interface OlderTypeScript {
  readonly getDefaultLibFilePath: (options: object) => string;
  readonly sys: object;
  readonly ScriptSnapshot: { readonly fromString: (text: string) => object };
  readonly createLanguageService: (host: object) => {
    readonly getQuickInfoAtPosition: (
      file: string,
      position: number,
    ) => { readonly documentation?: readonly { readonly text: string }[] } | undefined;
    readonly dispose: () => void;
  };
}

/**
 * Returns the TypeScript version that a check of the package installs. TypeScript 7.0 shows no documentation of any mapped member
 * (microsoft/typescript-go#4677), so this test uses the older version.
 */
function olderTypeScript(): OlderTypeScript {
  const cli = createRequire(import.meta.url).resolve('@arethetypeswrong/cli/package.json');
  const core = createRequire(cli).resolve('@arethetypeswrong/core');
  return createRequire(core)('typescript');
}

function project(): { readonly folder: string; readonly actor: string; readonly use: string } {
  const folder = mkdtempSync(join(scratch, 'editor-'));
  const [actor, use] = [join(folder, 'actor.ts'), join(folder, 'use.ts')];
  writeFileSync(actor, ACTOR);
  writeFileSync(use, USE);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['actor.ts', 'use.ts'] }));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  return { folder, actor, use };
}

test('U11 U74 an editor finds definition, type and references of a member, and renames it, through a proxy', async () => {
  const { folder, actor, use } = project();
  await using server = await LanguageServer.start(folder, [actor, use]);
  for (const { use: word, declared, used, type } of MEMBERS) {
    expect(await server.places('definition', use, word), word).toEqual([declared]);
    expect(await server.places('references', use, word), word).toEqual([declared, used]);
    expect(await server.places('rename', use, word), word).toEqual([declared, used]);
    expect(await server.hover(use, word), word).toContain(type);
  }
}, 200_000);

test('U11 an editor shows the documentation of a member through a proxy', () => {
  const { folder, actor, use } = project();
  const ts = olderTypeScript();
  // The numbers are enumeration members: ES2022, NodeNext, NodeNext.
  const options = { ...compilerOptions, target: 9, lib: ['lib.esnext.d.ts'], module: 199, moduleResolution: 99 };
  const service = ts.createLanguageService({
    ...ts.sys,
    useCaseSensitiveFileNames: () => true,
    getCompilationSettings: () => options,
    getCurrentDirectory: () => folder,
    getScriptFileNames: () => [actor, use],
    getScriptVersion: () => '1',
    getScriptSnapshot: (file: string) => ts.ScriptSnapshot.fromString(readFileSync(file, 'utf8')),
    getDefaultLibFileName: () => ts.getDefaultLibFilePath(options),
  });
  for (const { use: word, documented } of MEMBERS) {
    const info = service.getQuickInfoAtPosition(use, USE.indexOf(word) + word.length - 1);
    expect(info?.documentation?.map(({ text }) => text).join(''), word).toBe(documented);
  }
  service.dispose();
}, 200_000);
