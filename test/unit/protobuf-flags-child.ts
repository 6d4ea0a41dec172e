import assert from 'node:assert/strict';
import { protobuf } from '../../serializers/protobuf/index.ts';
import { CodecPair } from '../conformance/codec-pair.ts';
import { serializerConformance } from '../conformance/serializer-suite.ts';
import { BareRunner } from '../support/bare-runner.ts';
import { shop } from '../support/protobuf/shop.js';
import { google, till } from '../support/protobuf/till.js';

const runner = new BareRunner();
const types = { 'shop.Order': shop.Order, 'shop.Line': shop.Line, 'shop.Receipt': shop.Receipt };
serializerConformance(runner.functions, { serializer: protobuf });
serializerConformance(runner.functions, { serializer: protobuf({ types }) });

runner.add('U47 static classes travel as messages', () => {
  const desk = protobuf({ types });
  const order = desk.create('shop.Order', { lines: [{ article: 'pen', count: 3 }], notes: { constructor: 'c' } });
  assert.deepStrictEqual(new CodecPair(desk).send([order]), [order]);
});
runner.add('U47 the generated class of a service says all that is needed', () => {
  const { sender } = new CodecPair(
    protobuf({
      types: {
        'till.Booking': till.Booking,
        'till.Balance': till.Balance,
        'google.protobuf.Empty': google.protobuf.Empty,
      },
      service: till.Till,
    }),
  );
  const methods = ['book', 'readBalance', 'reset', 'bookings', 'bookAll'];
  const prepared = sender.prepareArguments?.([{ amount: 1 }], { typeid: 'actor', methods, name: 'book' });
  assert.deepStrictEqual(prepared, [till.Booking.create({ amount: 1 })]);
});
runner.add('U47 files need generated code, and the error says what to do', () => {
  const file = new URL('../support/protobuf/shop.proto', import.meta.url);
  assert.throws(() => protobuf({ files: [file] }), /static-module/);
});

await runner.run();
