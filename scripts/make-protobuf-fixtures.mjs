/**
 * Makes what the tests of the serializer `protobuf` compare with: `test/support/protobuf/protoc.json`, the bytes that Google's
 * compiler `protoc` gives for messages in its text format, and what `pbjs` and `pbts` (protobufjs-cli) generate of the schemas:
 * `shop.js`, `value.js`, `till.js` and `till.d.ts`. These programs must be installed; none of them is needed to run the tests.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const folder = join(root, 'test/support/protobuf');
const shop = join(folder, 'shop.proto');
const till = join(folder, 'till.proto');
const value = join(root, 'serializers/protobuf/value.proto');

/** Messages in protoc's text format, by the name of the test. */
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
// The types are read from the comments.
pbjs('-o', join(folder, 'till.js'), till);
execFileSync('pbts', ['--no-comments', '-o', join(folder, 'till.d.ts'), join(folder, 'till.js')], output);
pbjs('--no-comments', '-o', join(folder, 'till.js'), till);
execFileSync(join(root, 'node_modules/.bin/biome'), ['format', '--write', folder], output);
