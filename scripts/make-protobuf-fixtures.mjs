/**
 * Makes what the tests of the serializer `protobuf` compare with: `test/support/protobuf/protoc.json`, the bytes that Google's
 * compiler `protoc` gives for messages in its text format, and `shop.js` and `value.js`, the classes that `pbjs` (protobufjs-cli)
 * generates of `shop.proto` and `value.proto`. Both programs must be installed; neither is needed to run the tests.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const folder = join(root, 'test/support/protobuf');
const schema = join(folder, 'shop.proto');
const value = join(root, 'serializers/protobuf/value.proto');

/** Messages in protoc's text format, by the name of the test. */
const samples = JSON.parse(readFileSync(join(folder, 'samples.json'), 'utf8'));

const made = samples.map(({ title, type, text }) => {
  const bytes = execFileSync(
    'protoc',
    [`--proto_path=${folder}`, `--proto_path=${join(root, 'serializers/protobuf')}`, `--encode=${type}`, schema, value],
    { input: text },
  );
  return { title, type, hex: bytes.toString('hex') };
});
writeFileSync(join(folder, 'protoc.json'), `${JSON.stringify(made, undefined, 2)}\n`);

const classes = ['-t', 'static-module', '-w', 'esm', '--no-comments', '--no-service'];
execFileSync('pbjs', [...classes, '-o', join(folder, 'shop.js'), schema], { stdio: 'inherit' });
execFileSync('pbjs', [...classes, '-r', 'value', '-o', join(folder, 'value.js'), value], { stdio: 'inherit' });
execFileSync(join(root, 'node_modules/.bin/biome'), ['format', '--write', folder], { stdio: 'inherit' });
