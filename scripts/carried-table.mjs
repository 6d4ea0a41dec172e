/** Writes the table of the values that each serializer sends into docs/serializers.md. A test fails when that is due. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { register } from 'tsx/esm/api';

const path = join(import.meta.dirname, '../docs/serializers.md');

// The corpus belongs to the conformance suite, and is TypeScript like the tests.
const unregister = register();
const { carriedTable, withTable } = await import('../test/support/carried-table.ts');
const serializers = await Promise.all(
  ['superjson', 'msgpack', 'protobuf'].map(async (name) => (await import(`../serializers/${name}/index.ts`))[name]),
);
await unregister();

writeFileSync(path, withTable(readFileSync(path, 'utf8'), carriedTable(serializers)));
