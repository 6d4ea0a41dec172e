/**
 * Generates the reference data of the tests of the serializer `protobuf`: `test/support/protobuf/protoc.json`, the bytes of
 * Google's compiler `protoc` for messages in its text format, and the output of `pbjs` and `pbts` (protobufjs-cli) for the
 * schemas: `shop.js`, `value.js`, `till.js` and `till.d.ts`. These programs must be installed; the tests need none of them.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const folder = join(root, 'test/support/protobuf');
const shop = join(folder, 'shop.proto');
const till = join(folder, 'till.proto');
const value = join(root, 'serializers/protobuf/value.proto');

/** Messages in protoc's text format, by test title. */
const samples = JSON.parse(readFileSync(join(folder, 'samples.json'), 'utf8'));

const made = samples.map(({ title, type, text }) => {
  const bytes = execFileSync(
    'protoc',
    [
      `--proto_path=${folder}`,
      `--proto_path=${join(root, 'serializers/protobuf')}`,
      `--encode=${type}`,
      shop,
      till,
      value,
    ],
    { input: text },
  );
  return { title, type, hex: bytes.toString('hex') };
});
writeFileSync(join(folder, 'protoc.json'), `${JSON.stringify(made, undefined, 2)}\n`);

const output = { stdio: 'inherit' };
const pbjs = (...options) => execFileSync('pbjs', ['-t', 'static-module', '-w', 'esm', ...options], output);
pbjs('--no-comments', '--no-service', '-o', join(folder, 'shop.js'), shop);
pbjs('--no-comments', '--no-service', '-r', 'value', '-o', join(folder, 'value.js'), value);
// pbts reads the types from comments.
pbjs('-o', join(folder, 'till.js'), till);
execFileSync('pbts', ['--no-comments', '-o', join(folder, 'till.d.ts'), join(folder, 'till.js')], output);
pbjs('--no-comments', '-o', join(folder, 'till.js'), till);
execFileSync(join(root, 'node_modules/.bin/biome'), ['format', '--write', folder], output);
