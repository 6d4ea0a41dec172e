import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { msgpack } from '../../serializers/msgpack/index.ts';
import { protobuf } from '../../serializers/protobuf/index.ts';
import { superjson } from '../../serializers/superjson/index.ts';
import { carriedTable, withTable } from '../support/carried-table.ts';

test("U46 the table in docs/serializers.md shows the serializers' actual behaviour (node scripts/carried-table.mjs writes it)", () => {
  const text = readFileSync(new URL('../../docs/serializers.md', import.meta.url), 'utf8');
  expect(withTable(text, carriedTable([superjson, msgpack, protobuf]))).toBe(text);
});
