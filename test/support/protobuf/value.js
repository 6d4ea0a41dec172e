/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from 'protobufjs/minimal.js';

const $Reader = $protobuf.Reader,
  $Writer = $protobuf.Writer,
  $util = $protobuf.util;
const $Object = $util.global.Object,
  $undefined = $util.global.undefined,
  $Error = $util.global.Error,
  $RangeError = $util.global.RangeError,
  $TypeError = $util.global.TypeError,
  $parseInt = $util.global.parseInt,
  $Number = $util.global.Number,
  $String = $util.global.String,
  $BigInt = $util.global.BigInt,
  $isFinite = $util.global.isFinite,
  $Array = $util.global.Array;

const $root = $protobuf.roots['value'] || ($protobuf.roots['value'] = {});

export const uactor = ($root.uactor = (() => {
  const uactor = {};

  uactor.Value = (function () {
    const Value = function (properties) {
      if (properties)
        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
          if (properties[keys[i]] != null && keys[i] !== '__proto__') this[keys[i]] = properties[keys[i]];
    };

    Value.prototype.constant = null;
    Value.prototype.integer = null;
    Value.prototype.number = null;
    Value.prototype.text = null;
    Value.prototype.record = null;
    Value.prototype.list = null;
    Value.prototype.integers = null;
    Value.prototype.numbers = null;
    Value.prototype.texts = null;
    Value.prototype.date = null;
    Value.prototype.reference = null;
    Value.prototype.map = null;
    Value.prototype.set = null;
    Value.prototype.buffer = null;
    Value.prototype.extension = null;
    Value.prototype.binary = null;
    Value.prototype.bigint = null;
    Value.prototype.negativeBigint = null;
    Value.prototype.utf16 = null;
    Value.prototype.pattern = null;
    Value.prototype.url = null;
    Value.prototype.sparseList = null;
    Value.prototype.members = null;
    Value.prototype.message = null;

    let $oneOfFields;

    $Object.defineProperty(Value.prototype, 'kind', {
      get: $util.oneOfGetter(
        ($oneOfFields = [
          'constant',
          'integer',
          'number',
          'text',
          'record',
          'list',
          'integers',
          'numbers',
          'texts',
          'date',
          'reference',
          'map',
          'set',
          'buffer',
          'extension',
          'binary',
          'bigint',
          'negativeBigint',
          'utf16',
          'pattern',
          'url',
          'sparseList',
          'members',
          'message',
        ]),
      ),
      set: $util.oneOfSetter($oneOfFields),
    });

    Value.create = function (properties) {
      return new Value(properties);
    };

    Value.encode = function (message, writer, _depth) {
      if (!writer) writer = $Writer.create();
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      if (message.constant != null && $Object.hasOwnProperty.call(message, 'constant'))
        writer.uint32(8).int32(message.constant);
      if (message.integer != null && $Object.hasOwnProperty.call(message, 'integer'))
        writer.uint32(16).sint64(message.integer);
      if (message.number != null && $Object.hasOwnProperty.call(message, 'number'))
        writer.uint32(25).double(message.number);
      if (message.text != null && $Object.hasOwnProperty.call(message, 'text')) writer.uint32(34).string(message.text);
      if (message.record != null && $Object.hasOwnProperty.call(message, 'record'))
        $root.uactor.Record.encode(message.record, writer.uint32(42).fork(), _depth + 1).ldelim();
      if (message.list != null && $Object.hasOwnProperty.call(message, 'list'))
        $root.uactor.List.encode(message.list, writer.uint32(50).fork(), _depth + 1).ldelim();
      if (message.integers != null && $Object.hasOwnProperty.call(message, 'integers'))
        $root.uactor.IntegerList.encode(message.integers, writer.uint32(58).fork(), _depth + 1).ldelim();
      if (message.numbers != null && $Object.hasOwnProperty.call(message, 'numbers'))
        $root.uactor.NumberList.encode(message.numbers, writer.uint32(66).fork(), _depth + 1).ldelim();
      if (message.texts != null && $Object.hasOwnProperty.call(message, 'texts'))
        $root.uactor.TextList.encode(message.texts, writer.uint32(74).fork(), _depth + 1).ldelim();
      if (message.date != null && $Object.hasOwnProperty.call(message, 'date')) writer.uint32(81).double(message.date);
      if (message.reference != null && $Object.hasOwnProperty.call(message, 'reference'))
        writer.uint32(88).uint32(message.reference);
      if (message.map != null && $Object.hasOwnProperty.call(message, 'map'))
        $root.uactor.Entries.encode(message.map, writer.uint32(98).fork(), _depth + 1).ldelim();
      if (message.set != null && $Object.hasOwnProperty.call(message, 'set'))
        $root.uactor.List.encode(message.set, writer.uint32(106).fork(), _depth + 1).ldelim();
      if (message.buffer != null && $Object.hasOwnProperty.call(message, 'buffer'))
        writer.uint32(114).bytes(message.buffer);
      if (message.extension != null && $Object.hasOwnProperty.call(message, 'extension'))
        $root.uactor.Extension.encode(message.extension, writer.uint32(122).fork(), _depth + 1).ldelim();
      if (message.binary != null && $Object.hasOwnProperty.call(message, 'binary'))
        $root.uactor.Binary.encode(message.binary, writer.uint32(130).fork(), _depth + 1).ldelim();
      if (message.bigint != null && $Object.hasOwnProperty.call(message, 'bigint'))
        writer.uint32(138).bytes(message.bigint);
      if (message.negativeBigint != null && $Object.hasOwnProperty.call(message, 'negativeBigint'))
        writer.uint32(146).bytes(message.negativeBigint);
      if (message.utf16 != null && $Object.hasOwnProperty.call(message, 'utf16'))
        writer.uint32(154).bytes(message.utf16);
      if (message.pattern != null && $Object.hasOwnProperty.call(message, 'pattern'))
        $root.uactor.Pattern.encode(message.pattern, writer.uint32(162).fork(), _depth + 1).ldelim();
      if (message.url != null && $Object.hasOwnProperty.call(message, 'url')) writer.uint32(170).string(message.url);
      if (message.sparseList != null && $Object.hasOwnProperty.call(message, 'sparseList'))
        $root.uactor.SparseList.encode(message.sparseList, writer.uint32(178).fork(), _depth + 1).ldelim();
      if (message.members != null && $Object.hasOwnProperty.call(message, 'members'))
        $root.uactor.Entries.encode(message.members, writer.uint32(186).fork(), _depth + 1).ldelim();
      if (message.message != null && $Object.hasOwnProperty.call(message, 'message'))
        $root.google.protobuf.Any.encode(message.message, writer.uint32(194).fork(), _depth + 1).ldelim();
      if (message.$unknowns != null && $Object.hasOwnProperty.call(message, '$unknowns'))
        for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
      return writer;
    };

    Value.encodeDelimited = function (message, writer) {
      return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
    };

    Value.decode = function (reader, length, _end, _depth, _target) {
      if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
      if (_depth === $undefined) _depth = 0;
      if (_depth > $Reader.recursionLimit) throw $Error('max depth exceeded');
      let end, message, value;
      if (length === $undefined) end = reader.len;
      else {
        end = reader.pos + length;
        if (end > reader.len) throw $RangeError('index out of range');
        length = reader.len;
        reader.len = end;
      }
      message = _target || new $root.uactor.Value();
      while (reader.pos < end) {
        let start = reader.pos;
        let tag = reader.tag();
        if (tag === _end) {
          _end = $undefined;
          break;
        }
        let wireType = tag & 7;
        switch ((tag >>>= 3)) {
          case 1: {
            if (wireType !== 0) break;
            message.constant = reader.int32();
            message.kind = 'constant';
            continue;
          }
          case 2: {
            if (wireType !== 0) break;
            message.integer = reader.sint64();
            message.kind = 'integer';
            continue;
          }
          case 3: {
            if (wireType !== 1) break;
            message.number = reader.double();
            message.kind = 'number';
            continue;
          }
          case 4: {
            if (wireType !== 2) break;
            message.text = reader.stringVerify();
            message.kind = 'text';
            continue;
          }
          case 5: {
            if (wireType !== 2) break;
            message.record = $root.uactor.Record.decode(reader, reader.size(), $undefined, _depth + 1, message.record);
            message.kind = 'record';
            continue;
          }
          case 6: {
            if (wireType !== 2) break;
            message.list = $root.uactor.List.decode(reader, reader.size(), $undefined, _depth + 1, message.list);
            message.kind = 'list';
            continue;
          }
          case 7: {
            if (wireType !== 2) break;
            message.integers = $root.uactor.IntegerList.decode(
              reader,
              reader.size(),
              $undefined,
              _depth + 1,
              message.integers,
            );
            message.kind = 'integers';
            continue;
          }
          case 8: {
            if (wireType !== 2) break;
            message.numbers = $root.uactor.NumberList.decode(
              reader,
              reader.size(),
              $undefined,
              _depth + 1,
              message.numbers,
            );
            message.kind = 'numbers';
            continue;
          }
          case 9: {
            if (wireType !== 2) break;
            message.texts = $root.uactor.TextList.decode(reader, reader.size(), $undefined, _depth + 1, message.texts);
            message.kind = 'texts';
            continue;
          }
          case 10: {
            if (wireType !== 1) break;
            message.date = reader.double();
            message.kind = 'date';
            continue;
          }
          case 11: {
            if (wireType !== 0) break;
            message.reference = reader.uint32();
            message.kind = 'reference';
            continue;
          }
          case 12: {
            if (wireType !== 2) break;
            message.map = $root.uactor.Entries.decode(reader, reader.size(), $undefined, _depth + 1, message.map);
            message.kind = 'map';
            continue;
          }
          case 13: {
            if (wireType !== 2) break;
            message.set = $root.uactor.List.decode(reader, reader.size(), $undefined, _depth + 1, message.set);
            message.kind = 'set';
            continue;
          }
          case 14: {
            if (wireType !== 2) break;
            message.buffer = reader.bytes();
            message.kind = 'buffer';
            continue;
          }
          case 15: {
            if (wireType !== 2) break;
            message.extension = $root.uactor.Extension.decode(
              reader,
              reader.size(),
              $undefined,
              _depth + 1,
              message.extension,
            );
            message.kind = 'extension';
            continue;
          }
          case 16: {
            if (wireType !== 2) break;
            message.binary = $root.uactor.Binary.decode(reader, reader.size(), $undefined, _depth + 1, message.binary);
            message.kind = 'binary';
            continue;
          }
          case 17: {
            if (wireType !== 2) break;
            message.bigint = reader.bytes();
            message.kind = 'bigint';
            continue;
          }
          case 18: {
            if (wireType !== 2) break;
            message.negativeBigint = reader.bytes();
            message.kind = 'negativeBigint';
            continue;
          }
          case 19: {
            if (wireType !== 2) break;
            message.utf16 = reader.bytes();
            message.kind = 'utf16';
            continue;
          }
          case 20: {
            if (wireType !== 2) break;
            message.pattern = $root.uactor.Pattern.decode(
              reader,
              reader.size(),
              $undefined,
              _depth + 1,
              message.pattern,
            );
            message.kind = 'pattern';
            continue;
          }
          case 21: {
            if (wireType !== 2) break;
            message.url = reader.stringVerify();
            message.kind = 'url';
            continue;
          }
          case 22: {
            if (wireType !== 2) break;
            message.sparseList = $root.uactor.SparseList.decode(
              reader,
              reader.size(),
              $undefined,
              _depth + 1,
              message.sparseList,
            );
            message.kind = 'sparseList';
            continue;
          }
          case 23: {
            if (wireType !== 2) break;
            message.members = $root.uactor.Entries.decode(
              reader,
              reader.size(),
              $undefined,
              _depth + 1,
              message.members,
            );
            message.kind = 'members';
            continue;
          }
          case 24: {
            if (wireType !== 2) break;
            message.message = $root.google.protobuf.Any.decode(
              reader,
              reader.size(),
              $undefined,
              _depth + 1,
              message.message,
            );
            message.kind = 'message';
            continue;
          }
        }
        reader.skipType(wireType, _depth, tag);
        if (!reader.discardUnknown) {
          $util.makeProp(message, '$unknowns', false);
          (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
        }
      }
      if (length !== $undefined) {
        if (reader.pos !== end) throw $RangeError('index out of range');
        reader.len = length;
      }
      if (_end !== $undefined) throw $Error('missing end group');
      return message;
    };

    Value.decodeDelimited = function (reader) {
      if (!(reader instanceof $Reader)) reader = new $Reader(reader);
      return this.decode(reader, reader.size());
    };

    Value.verify = function (message, _depth) {
      if (typeof message !== 'object' || message === null) return 'object expected';
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) return 'max depth exceeded';
      let properties = {};
      if (message.constant != null && $Object.hasOwnProperty.call(message, 'constant')) {
        properties.kind = 1;
        if (typeof message.constant !== 'number' || (message.constant | 0) !== message.constant)
          return 'constant: enum value expected';
      }
      if (message.integer != null && $Object.hasOwnProperty.call(message, 'integer')) {
        if (properties.kind === 1) return 'kind: multiple values';
        properties.kind = 1;
        if (
          !$util.isInteger(message.integer) &&
          !(message.integer && $util.isInteger(message.integer.low) && $util.isInteger(message.integer.high))
        )
          return 'integer: integer|Long expected';
      }
      if (message.number != null && $Object.hasOwnProperty.call(message, 'number')) {
        if (properties.kind === 1) return 'kind: multiple values';
        properties.kind = 1;
        if (typeof message.number !== 'number') return 'number: number expected';
      }
      if (message.text != null && $Object.hasOwnProperty.call(message, 'text')) {
        if (properties.kind === 1) return 'kind: multiple values';
        properties.kind = 1;
        if (!$util.isString(message.text)) return 'text: string expected';
      }
      if (message.record != null && $Object.hasOwnProperty.call(message, 'record')) {
        if (properties.kind === 1) return 'kind: multiple values';
        properties.kind = 1;
        {
          let error = $root.uactor.Record.verify(message.record, _depth + 1);
          if (error) return 'record.' + error;
        }
      }
      if (message.list != null && $Object.hasOwnProperty.call(message, 'list')) {
        if (properties.kind === 1) return 'kind: multiple values';
        properties.kind = 1;
        {
          let error = $root.uactor.List.verify(message.list, _depth + 1);
          if (error) return 'list.' + error;
        }
      }
      if (message.integers != null && $Object.hasOwnProperty.call(message, 'integers')) {
        if (properties.kind === 1) return 'kind: multiple values';
        properties.kind = 1;
        {
          let error = $root.uactor.IntegerList.verify(message.integers, _depth + 1);
          if (error) return 'integers.' + error;
        }
      }
      if (message.numbers != null && $Object.hasOwnProperty.call(message, 'numbers')) {
        if (properties.kind === 1) return 'kind: multiple values';
        properties.kind = 1;
        {
          let error = $root.uactor.NumberList.verify(message.numbers, _depth + 1);
          if (error) return 'numbers.' + error;
        }
      }
      if (message.texts != null && $Object.hasOwnProperty.call(message, 'texts')) {
        if (properties.kind === 1) return 'kind: multiple values';
        properties.kind = 1;
        {
          let error = $root.uactor.TextList.verify(message.texts, _depth + 1);
          if (error) return 'texts.' + error;
        }
      }
      if (message.date != null && $Object.hasOwnProperty.call(message, 'date')) {
        if (properties.kind === 1) return 'kind: multiple values';
        properties.kind = 1;
        if (typeof message.date !== 'number') return 'date: number expected';
      }
      if (message.reference != null && $Object.hasOwnProperty.call(message, 'reference')) {
        if (properties.kind === 1) return 'kind: multiple values';
        properties.kind = 1;
        if (!$util.isInteger(message.reference)) return 'reference: integer expected';
      }
      if (message.map != null && $Object.hasOwnProperty.call(message, 'map')) {
        if (properties.kind === 1) return 'kind: multiple values';
        properties.kind = 1;
        {
          let error = $root.uactor.Entries.verify(message.map, _depth + 1);
          if (error) return 'map.' + error;
        }
      }
      if (message.set != null && $Object.hasOwnProperty.call(message, 'set')) {
        if (properties.kind === 1) return 'kind: multiple values';
        properties.kind = 1;
        {
          let error = $root.uactor.List.verify(message.set, _depth + 1);
          if (error) return 'set.' + error;
        }
      }
      if (message.buffer != null && $Object.hasOwnProperty.call(message, 'buffer')) {
        if (properties.kind === 1) return 'kind: multiple values';
        properties.kind = 1;
        if (!((message.buffer && typeof message.buffer.length === 'number') || $util.isString(message.buffer)))
          return 'buffer: buffer expected';
      }
      if (message.extension != null && $Object.hasOwnProperty.call(message, 'extension')) {
        if (properties.kind === 1) return 'kind: multiple values';
        properties.kind = 1;
        {
          let error = $root.uactor.Extension.verify(message.extension, _depth + 1);
          if (error) return 'extension.' + error;
        }
      }
      if (message.binary != null && $Object.hasOwnProperty.call(message, 'binary')) {
        if (properties.kind === 1) return 'kind: multiple values';
        properties.kind = 1;
        {
          let error = $root.uactor.Binary.verify(message.binary, _depth + 1);
          if (error) return 'binary.' + error;
        }
      }
      if (message.bigint != null && $Object.hasOwnProperty.call(message, 'bigint')) {
        if (properties.kind === 1) return 'kind: multiple values';
        properties.kind = 1;
        if (!((message.bigint && typeof message.bigint.length === 'number') || $util.isString(message.bigint)))
          return 'bigint: buffer expected';
      }
      if (message.negativeBigint != null && $Object.hasOwnProperty.call(message, 'negativeBigint')) {
        if (properties.kind === 1) return 'kind: multiple values';
        properties.kind = 1;
        if (
          !(
            (message.negativeBigint && typeof message.negativeBigint.length === 'number') ||
            $util.isString(message.negativeBigint)
          )
        )
          return 'negativeBigint: buffer expected';
      }
      if (message.utf16 != null && $Object.hasOwnProperty.call(message, 'utf16')) {
        if (properties.kind === 1) return 'kind: multiple values';
        properties.kind = 1;
        if (!((message.utf16 && typeof message.utf16.length === 'number') || $util.isString(message.utf16)))
          return 'utf16: buffer expected';
      }
      if (message.pattern != null && $Object.hasOwnProperty.call(message, 'pattern')) {
        if (properties.kind === 1) return 'kind: multiple values';
        properties.kind = 1;
        {
          let error = $root.uactor.Pattern.verify(message.pattern, _depth + 1);
          if (error) return 'pattern.' + error;
        }
      }
      if (message.url != null && $Object.hasOwnProperty.call(message, 'url')) {
        if (properties.kind === 1) return 'kind: multiple values';
        properties.kind = 1;
        if (!$util.isString(message.url)) return 'url: string expected';
      }
      if (message.sparseList != null && $Object.hasOwnProperty.call(message, 'sparseList')) {
        if (properties.kind === 1) return 'kind: multiple values';
        properties.kind = 1;
        {
          let error = $root.uactor.SparseList.verify(message.sparseList, _depth + 1);
          if (error) return 'sparseList.' + error;
        }
      }
      if (message.members != null && $Object.hasOwnProperty.call(message, 'members')) {
        if (properties.kind === 1) return 'kind: multiple values';
        properties.kind = 1;
        {
          let error = $root.uactor.Entries.verify(message.members, _depth + 1);
          if (error) return 'members.' + error;
        }
      }
      if (message.message != null && $Object.hasOwnProperty.call(message, 'message')) {
        if (properties.kind === 1) return 'kind: multiple values';
        properties.kind = 1;
        {
          let error = $root.google.protobuf.Any.verify(message.message, _depth + 1);
          if (error) return 'message.' + error;
        }
      }
      return null;
    };

    Value.fromObject = function (object, _depth) {
      if (object instanceof $root.uactor.Value) return object;
      if (!$util.isObject(object)) throw $TypeError('.uactor.Value: object expected');
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let message = new $root.uactor.Value();
      switch (object.constant) {
        case 'UNDEFINED':
        case 0:
          message.constant = 0;
          break;
        case 'NULL':
        case 1:
          message.constant = 1;
          break;
        case 'FALSE':
        case 2:
          message.constant = 2;
          break;
        case 'TRUE':
        case 3:
          message.constant = 3;
          break;
        default:
          if (typeof object.constant === 'number' && (object.constant | 0) === object.constant)
            message.constant = object.constant;
      }
      if (object.integer != null)
        if ($util.Long) message.integer = $util.Long.fromValue(object.integer, false);
        else if (typeof object.integer === 'string') message.integer = $parseInt(object.integer, 10);
        else if (typeof object.integer === 'number') message.integer = object.integer;
        else if (typeof object.integer === 'object')
          message.integer = new $util.LongBits(object.integer.low >>> 0, object.integer.high >>> 0).toNumber();
      if (object.number != null) message.number = $Number(object.number);
      if (object.text != null) message.text = $String(object.text);
      if (object.record != null) {
        if (!$util.isObject(object.record)) throw $TypeError('.uactor.Value.record: object expected');
        message.record = $root.uactor.Record.fromObject(object.record, _depth + 1);
      }
      if (object.list != null) {
        if (!$util.isObject(object.list)) throw $TypeError('.uactor.Value.list: object expected');
        message.list = $root.uactor.List.fromObject(object.list, _depth + 1);
      }
      if (object.integers != null) {
        if (!$util.isObject(object.integers)) throw $TypeError('.uactor.Value.integers: object expected');
        message.integers = $root.uactor.IntegerList.fromObject(object.integers, _depth + 1);
      }
      if (object.numbers != null) {
        if (!$util.isObject(object.numbers)) throw $TypeError('.uactor.Value.numbers: object expected');
        message.numbers = $root.uactor.NumberList.fromObject(object.numbers, _depth + 1);
      }
      if (object.texts != null) {
        if (!$util.isObject(object.texts)) throw $TypeError('.uactor.Value.texts: object expected');
        message.texts = $root.uactor.TextList.fromObject(object.texts, _depth + 1);
      }
      if (object.date != null) message.date = $Number(object.date);
      if (object.reference != null) message.reference = object.reference >>> 0;
      if (object.map != null) {
        if (!$util.isObject(object.map)) throw $TypeError('.uactor.Value.map: object expected');
        message.map = $root.uactor.Entries.fromObject(object.map, _depth + 1);
      }
      if (object.set != null) {
        if (!$util.isObject(object.set)) throw $TypeError('.uactor.Value.set: object expected');
        message.set = $root.uactor.List.fromObject(object.set, _depth + 1);
      }
      if (object.buffer != null)
        if (typeof object.buffer === 'string')
          $util.base64.decode(object.buffer, (message.buffer = $util.newBuffer($util.base64.length(object.buffer))), 0);
        else if (object.buffer.length >= 0) message.buffer = object.buffer;
      if (object.extension != null) {
        if (!$util.isObject(object.extension)) throw $TypeError('.uactor.Value.extension: object expected');
        message.extension = $root.uactor.Extension.fromObject(object.extension, _depth + 1);
      }
      if (object.binary != null) {
        if (!$util.isObject(object.binary)) throw $TypeError('.uactor.Value.binary: object expected');
        message.binary = $root.uactor.Binary.fromObject(object.binary, _depth + 1);
      }
      if (object.bigint != null)
        if (typeof object.bigint === 'string')
          $util.base64.decode(object.bigint, (message.bigint = $util.newBuffer($util.base64.length(object.bigint))), 0);
        else if (object.bigint.length >= 0) message.bigint = object.bigint;
      if (object.negativeBigint != null)
        if (typeof object.negativeBigint === 'string')
          $util.base64.decode(
            object.negativeBigint,
            (message.negativeBigint = $util.newBuffer($util.base64.length(object.negativeBigint))),
            0,
          );
        else if (object.negativeBigint.length >= 0) message.negativeBigint = object.negativeBigint;
      if (object.utf16 != null)
        if (typeof object.utf16 === 'string')
          $util.base64.decode(object.utf16, (message.utf16 = $util.newBuffer($util.base64.length(object.utf16))), 0);
        else if (object.utf16.length >= 0) message.utf16 = object.utf16;
      if (object.pattern != null) {
        if (!$util.isObject(object.pattern)) throw $TypeError('.uactor.Value.pattern: object expected');
        message.pattern = $root.uactor.Pattern.fromObject(object.pattern, _depth + 1);
      }
      if (object.url != null) message.url = $String(object.url);
      if (object.sparseList != null) {
        if (!$util.isObject(object.sparseList)) throw $TypeError('.uactor.Value.sparseList: object expected');
        message.sparseList = $root.uactor.SparseList.fromObject(object.sparseList, _depth + 1);
      }
      if (object.members != null) {
        if (!$util.isObject(object.members)) throw $TypeError('.uactor.Value.members: object expected');
        message.members = $root.uactor.Entries.fromObject(object.members, _depth + 1);
      }
      if (object.message != null) {
        if (!$util.isObject(object.message)) throw $TypeError('.uactor.Value.message: object expected');
        message.message = $root.google.protobuf.Any.fromObject(object.message, _depth + 1);
      }
      return message;
    };

    Value.toObject = function (message, options, _depth) {
      if (!options) options = {};
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let object = {};
      if (message.constant != null && $Object.hasOwnProperty.call(message, 'constant')) {
        object.constant =
          options.enums === $String
            ? $root.uactor.Constant[message.constant] === $undefined
              ? message.constant
              : $root.uactor.Constant[message.constant]
            : message.constant;
        if (options.oneofs) object.kind = 'constant';
      }
      if (message.integer != null && $Object.hasOwnProperty.call(message, 'integer')) {
        if (typeof $BigInt !== 'undefined' && options.longs === $BigInt)
          object.integer =
            typeof message.integer === 'number'
              ? $BigInt(message.integer)
              : $util.Long.fromBits(message.integer.low >>> 0, message.integer.high >>> 0, false).toBigInt();
        else if (typeof message.integer === 'number')
          object.integer = options.longs === $String ? $String(message.integer) : message.integer;
        else
          object.integer =
            options.longs === $String
              ? $util.Long.prototype.toString.call(message.integer)
              : options.longs === $Number
                ? new $util.LongBits(message.integer.low >>> 0, message.integer.high >>> 0).toNumber()
                : message.integer;
        if (options.oneofs) object.kind = 'integer';
      }
      if (message.number != null && $Object.hasOwnProperty.call(message, 'number')) {
        object.number = options.json && !$isFinite(message.number) ? $String(message.number) : message.number;
        if (options.oneofs) object.kind = 'number';
      }
      if (message.text != null && $Object.hasOwnProperty.call(message, 'text')) {
        object.text = message.text;
        if (options.oneofs) object.kind = 'text';
      }
      if (message.record != null && $Object.hasOwnProperty.call(message, 'record')) {
        object.record = $root.uactor.Record.toObject(message.record, options, _depth + 1);
        if (options.oneofs) object.kind = 'record';
      }
      if (message.list != null && $Object.hasOwnProperty.call(message, 'list')) {
        object.list = $root.uactor.List.toObject(message.list, options, _depth + 1);
        if (options.oneofs) object.kind = 'list';
      }
      if (message.integers != null && $Object.hasOwnProperty.call(message, 'integers')) {
        object.integers = $root.uactor.IntegerList.toObject(message.integers, options, _depth + 1);
        if (options.oneofs) object.kind = 'integers';
      }
      if (message.numbers != null && $Object.hasOwnProperty.call(message, 'numbers')) {
        object.numbers = $root.uactor.NumberList.toObject(message.numbers, options, _depth + 1);
        if (options.oneofs) object.kind = 'numbers';
      }
      if (message.texts != null && $Object.hasOwnProperty.call(message, 'texts')) {
        object.texts = $root.uactor.TextList.toObject(message.texts, options, _depth + 1);
        if (options.oneofs) object.kind = 'texts';
      }
      if (message.date != null && $Object.hasOwnProperty.call(message, 'date')) {
        object.date = options.json && !$isFinite(message.date) ? $String(message.date) : message.date;
        if (options.oneofs) object.kind = 'date';
      }
      if (message.reference != null && $Object.hasOwnProperty.call(message, 'reference')) {
        object.reference = message.reference;
        if (options.oneofs) object.kind = 'reference';
      }
      if (message.map != null && $Object.hasOwnProperty.call(message, 'map')) {
        object.map = $root.uactor.Entries.toObject(message.map, options, _depth + 1);
        if (options.oneofs) object.kind = 'map';
      }
      if (message.set != null && $Object.hasOwnProperty.call(message, 'set')) {
        object.set = $root.uactor.List.toObject(message.set, options, _depth + 1);
        if (options.oneofs) object.kind = 'set';
      }
      if (message.buffer != null && $Object.hasOwnProperty.call(message, 'buffer')) {
        object.buffer =
          options.bytes === $String
            ? $util.base64.encode(message.buffer, 0, message.buffer.length)
            : options.bytes === $Array
              ? $Array.prototype.slice.call(message.buffer)
              : message.buffer;
        if (options.oneofs) object.kind = 'buffer';
      }
      if (message.extension != null && $Object.hasOwnProperty.call(message, 'extension')) {
        object.extension = $root.uactor.Extension.toObject(message.extension, options, _depth + 1);
        if (options.oneofs) object.kind = 'extension';
      }
      if (message.binary != null && $Object.hasOwnProperty.call(message, 'binary')) {
        object.binary = $root.uactor.Binary.toObject(message.binary, options, _depth + 1);
        if (options.oneofs) object.kind = 'binary';
      }
      if (message.bigint != null && $Object.hasOwnProperty.call(message, 'bigint')) {
        object.bigint =
          options.bytes === $String
            ? $util.base64.encode(message.bigint, 0, message.bigint.length)
            : options.bytes === $Array
              ? $Array.prototype.slice.call(message.bigint)
              : message.bigint;
        if (options.oneofs) object.kind = 'bigint';
      }
      if (message.negativeBigint != null && $Object.hasOwnProperty.call(message, 'negativeBigint')) {
        object.negativeBigint =
          options.bytes === $String
            ? $util.base64.encode(message.negativeBigint, 0, message.negativeBigint.length)
            : options.bytes === $Array
              ? $Array.prototype.slice.call(message.negativeBigint)
              : message.negativeBigint;
        if (options.oneofs) object.kind = 'negativeBigint';
      }
      if (message.utf16 != null && $Object.hasOwnProperty.call(message, 'utf16')) {
        object.utf16 =
          options.bytes === $String
            ? $util.base64.encode(message.utf16, 0, message.utf16.length)
            : options.bytes === $Array
              ? $Array.prototype.slice.call(message.utf16)
              : message.utf16;
        if (options.oneofs) object.kind = 'utf16';
      }
      if (message.pattern != null && $Object.hasOwnProperty.call(message, 'pattern')) {
        object.pattern = $root.uactor.Pattern.toObject(message.pattern, options, _depth + 1);
        if (options.oneofs) object.kind = 'pattern';
      }
      if (message.url != null && $Object.hasOwnProperty.call(message, 'url')) {
        object.url = message.url;
        if (options.oneofs) object.kind = 'url';
      }
      if (message.sparseList != null && $Object.hasOwnProperty.call(message, 'sparseList')) {
        object.sparseList = $root.uactor.SparseList.toObject(message.sparseList, options, _depth + 1);
        if (options.oneofs) object.kind = 'sparseList';
      }
      if (message.members != null && $Object.hasOwnProperty.call(message, 'members')) {
        object.members = $root.uactor.Entries.toObject(message.members, options, _depth + 1);
        if (options.oneofs) object.kind = 'members';
      }
      if (message.message != null && $Object.hasOwnProperty.call(message, 'message')) {
        object.message = $root.google.protobuf.Any.toObject(message.message, options, _depth + 1);
        if (options.oneofs) object.kind = 'message';
      }
      return object;
    };

    Value.prototype.toJSON = function () {
      return Value.toObject(this, $protobuf.util.toJSONOptions);
    };

    Value.getTypeUrl = function (prefix) {
      if (prefix === $undefined) prefix = 'type.googleapis.com';
      return prefix + '/uactor.Value';
    };

    return Value;
  })();

  uactor.Constant = (function () {
    const valuesById = $Object.create(null),
      values = $Object.create(valuesById);
    values[(valuesById[0] = 'UNDEFINED')] = 0;
    values[(valuesById[1] = 'NULL')] = 1;
    values[(valuesById[2] = 'FALSE')] = 2;
    values[(valuesById[3] = 'TRUE')] = 3;
    return values;
  })();

  uactor.Record = (function () {
    const Record = function (properties) {
      this.keys = [];
      this.values = [];
      if (properties)
        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
          if (properties[keys[i]] != null && keys[i] !== '__proto__') this[keys[i]] = properties[keys[i]];
    };

    Record.prototype.shape = 0;
    Record.prototype.keys = $util.emptyArray;
    Record.prototype.values = $util.emptyArray;

    Record.create = function (properties) {
      return new Record(properties);
    };

    Record.encode = function (message, writer, _depth) {
      if (!writer) writer = $Writer.create();
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      if (message.shape != null && $Object.hasOwnProperty.call(message, 'shape') && message.shape !== 0)
        writer.uint32(8).uint32(message.shape);
      if (message.keys != null && message.keys.length)
        for (let i = 0; i < message.keys.length; ++i) writer.uint32(18).string(message.keys[i]);
      if (message.values != null && message.values.length)
        for (let i = 0; i < message.values.length; ++i)
          $root.uactor.Value.encode(message.values[i], writer.uint32(26).fork(), _depth + 1).ldelim();
      if (message.$unknowns != null && $Object.hasOwnProperty.call(message, '$unknowns'))
        for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
      return writer;
    };

    Record.encodeDelimited = function (message, writer) {
      return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
    };

    Record.decode = function (reader, length, _end, _depth, _target) {
      if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
      if (_depth === $undefined) _depth = 0;
      if (_depth > $Reader.recursionLimit) throw $Error('max depth exceeded');
      let end, message, value;
      if (length === $undefined) end = reader.len;
      else {
        end = reader.pos + length;
        if (end > reader.len) throw $RangeError('index out of range');
        length = reader.len;
        reader.len = end;
      }
      message = _target || new $root.uactor.Record();
      while (reader.pos < end) {
        let start = reader.pos;
        let tag = reader.tag();
        if (tag === _end) {
          _end = $undefined;
          break;
        }
        let wireType = tag & 7;
        switch ((tag >>>= 3)) {
          case 1: {
            if (wireType !== 0) break;
            if ((value = reader.uint32())) message.shape = value;
            else delete message.shape;
            continue;
          }
          case 2: {
            if (wireType !== 2) break;
            if (!(message.keys && message.keys.length)) message.keys = [];
            message.keys.push(reader.stringVerify());
            continue;
          }
          case 3: {
            if (wireType !== 2) break;
            if (!(message.values && message.values.length)) message.values = [];
            message.values.push($root.uactor.Value.decode(reader, reader.size(), $undefined, _depth + 1));
            continue;
          }
        }
        reader.skipType(wireType, _depth, tag);
        if (!reader.discardUnknown) {
          $util.makeProp(message, '$unknowns', false);
          (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
        }
      }
      if (length !== $undefined) {
        if (reader.pos !== end) throw $RangeError('index out of range');
        reader.len = length;
      }
      if (_end !== $undefined) throw $Error('missing end group');
      return message;
    };

    Record.decodeDelimited = function (reader) {
      if (!(reader instanceof $Reader)) reader = new $Reader(reader);
      return this.decode(reader, reader.size());
    };

    Record.verify = function (message, _depth) {
      if (typeof message !== 'object' || message === null) return 'object expected';
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) return 'max depth exceeded';
      if (message.shape != null && $Object.hasOwnProperty.call(message, 'shape'))
        if (!$util.isInteger(message.shape)) return 'shape: integer expected';
      if (message.keys != null && $Object.hasOwnProperty.call(message, 'keys')) {
        if (!$Array.isArray(message.keys)) return 'keys: array expected';
        for (let i = 0; i < message.keys.length; ++i)
          if (!$util.isString(message.keys[i])) return 'keys: string[] expected';
      }
      if (message.values != null && $Object.hasOwnProperty.call(message, 'values')) {
        if (!$Array.isArray(message.values)) return 'values: array expected';
        for (let i = 0; i < message.values.length; ++i) {
          let error = $root.uactor.Value.verify(message.values[i], _depth + 1);
          if (error) return 'values.' + error;
        }
      }
      return null;
    };

    Record.fromObject = function (object, _depth) {
      if (object instanceof $root.uactor.Record) return object;
      if (!$util.isObject(object)) throw $TypeError('.uactor.Record: object expected');
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let message = new $root.uactor.Record();
      if (object.shape != null) if ($Number(object.shape) !== 0) message.shape = object.shape >>> 0;
      if (object.keys) {
        if (!$Array.isArray(object.keys)) throw $TypeError('.uactor.Record.keys: array expected');
        message.keys = $Array(object.keys.length);
        for (let i = 0; i < object.keys.length; ++i) message.keys[i] = $String(object.keys[i]);
      }
      if (object.values) {
        if (!$Array.isArray(object.values)) throw $TypeError('.uactor.Record.values: array expected');
        message.values = $Array(object.values.length);
        for (let i = 0; i < object.values.length; ++i) {
          if (!$util.isObject(object.values[i])) throw $TypeError('.uactor.Record.values: object expected');
          message.values[i] = $root.uactor.Value.fromObject(object.values[i], _depth + 1);
        }
      }
      return message;
    };

    Record.toObject = function (message, options, _depth) {
      if (!options) options = {};
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let object = {};
      if (options.arrays || options.defaults) {
        object.keys = [];
        object.values = [];
      }
      if (options.defaults) object.shape = 0;
      if (message.shape != null && $Object.hasOwnProperty.call(message, 'shape')) object.shape = message.shape;
      if (message.keys && message.keys.length) {
        object.keys = $Array(message.keys.length);
        for (let j = 0; j < message.keys.length; ++j) object.keys[j] = message.keys[j];
      }
      if (message.values && message.values.length) {
        object.values = $Array(message.values.length);
        for (let j = 0; j < message.values.length; ++j)
          object.values[j] = $root.uactor.Value.toObject(message.values[j], options, _depth + 1);
      }
      return object;
    };

    Record.prototype.toJSON = function () {
      return Record.toObject(this, $protobuf.util.toJSONOptions);
    };

    Record.getTypeUrl = function (prefix) {
      if (prefix === $undefined) prefix = 'type.googleapis.com';
      return prefix + '/uactor.Record';
    };

    return Record;
  })();

  uactor.List = (function () {
    const List = function (properties) {
      this.items = [];
      if (properties)
        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
          if (properties[keys[i]] != null && keys[i] !== '__proto__') this[keys[i]] = properties[keys[i]];
    };

    List.prototype.items = $util.emptyArray;

    List.create = function (properties) {
      return new List(properties);
    };

    List.encode = function (message, writer, _depth) {
      if (!writer) writer = $Writer.create();
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      if (message.items != null && message.items.length)
        for (let i = 0; i < message.items.length; ++i)
          $root.uactor.Value.encode(message.items[i], writer.uint32(10).fork(), _depth + 1).ldelim();
      if (message.$unknowns != null && $Object.hasOwnProperty.call(message, '$unknowns'))
        for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
      return writer;
    };

    List.encodeDelimited = function (message, writer) {
      return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
    };

    List.decode = function (reader, length, _end, _depth, _target) {
      if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
      if (_depth === $undefined) _depth = 0;
      if (_depth > $Reader.recursionLimit) throw $Error('max depth exceeded');
      let end, message;
      if (length === $undefined) end = reader.len;
      else {
        end = reader.pos + length;
        if (end > reader.len) throw $RangeError('index out of range');
        length = reader.len;
        reader.len = end;
      }
      message = _target || new $root.uactor.List();
      while (reader.pos < end) {
        let start = reader.pos;
        let tag = reader.tag();
        if (tag === _end) {
          _end = $undefined;
          break;
        }
        let wireType = tag & 7;
        switch ((tag >>>= 3)) {
          case 1: {
            if (wireType !== 2) break;
            if (!(message.items && message.items.length)) message.items = [];
            message.items.push($root.uactor.Value.decode(reader, reader.size(), $undefined, _depth + 1));
            continue;
          }
        }
        reader.skipType(wireType, _depth, tag);
        if (!reader.discardUnknown) {
          $util.makeProp(message, '$unknowns', false);
          (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
        }
      }
      if (length !== $undefined) {
        if (reader.pos !== end) throw $RangeError('index out of range');
        reader.len = length;
      }
      if (_end !== $undefined) throw $Error('missing end group');
      return message;
    };

    List.decodeDelimited = function (reader) {
      if (!(reader instanceof $Reader)) reader = new $Reader(reader);
      return this.decode(reader, reader.size());
    };

    List.verify = function (message, _depth) {
      if (typeof message !== 'object' || message === null) return 'object expected';
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) return 'max depth exceeded';
      if (message.items != null && $Object.hasOwnProperty.call(message, 'items')) {
        if (!$Array.isArray(message.items)) return 'items: array expected';
        for (let i = 0; i < message.items.length; ++i) {
          let error = $root.uactor.Value.verify(message.items[i], _depth + 1);
          if (error) return 'items.' + error;
        }
      }
      return null;
    };

    List.fromObject = function (object, _depth) {
      if (object instanceof $root.uactor.List) return object;
      if (!$util.isObject(object)) throw $TypeError('.uactor.List: object expected');
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let message = new $root.uactor.List();
      if (object.items) {
        if (!$Array.isArray(object.items)) throw $TypeError('.uactor.List.items: array expected');
        message.items = $Array(object.items.length);
        for (let i = 0; i < object.items.length; ++i) {
          if (!$util.isObject(object.items[i])) throw $TypeError('.uactor.List.items: object expected');
          message.items[i] = $root.uactor.Value.fromObject(object.items[i], _depth + 1);
        }
      }
      return message;
    };

    List.toObject = function (message, options, _depth) {
      if (!options) options = {};
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let object = {};
      if (options.arrays || options.defaults) object.items = [];
      if (message.items && message.items.length) {
        object.items = $Array(message.items.length);
        for (let j = 0; j < message.items.length; ++j)
          object.items[j] = $root.uactor.Value.toObject(message.items[j], options, _depth + 1);
      }
      return object;
    };

    List.prototype.toJSON = function () {
      return List.toObject(this, $protobuf.util.toJSONOptions);
    };

    List.getTypeUrl = function (prefix) {
      if (prefix === $undefined) prefix = 'type.googleapis.com';
      return prefix + '/uactor.List';
    };

    return List;
  })();

  uactor.IntegerList = (function () {
    const IntegerList = function (properties) {
      this.items = [];
      if (properties)
        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
          if (properties[keys[i]] != null && keys[i] !== '__proto__') this[keys[i]] = properties[keys[i]];
    };

    IntegerList.prototype.items = $util.emptyArray;

    IntegerList.create = function (properties) {
      return new IntegerList(properties);
    };

    IntegerList.encode = function (message, writer, _depth) {
      if (!writer) writer = $Writer.create();
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      if (message.items != null && message.items.length) writer.uint32(10).sint32s(message.items);
      if (message.$unknowns != null && $Object.hasOwnProperty.call(message, '$unknowns'))
        for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
      return writer;
    };

    IntegerList.encodeDelimited = function (message, writer) {
      return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
    };

    IntegerList.decode = function (reader, length, _end, _depth, _target) {
      if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
      if (_depth === $undefined) _depth = 0;
      if (_depth > $Reader.recursionLimit) throw $Error('max depth exceeded');
      let end, message;
      if (length === $undefined) end = reader.len;
      else {
        end = reader.pos + length;
        if (end > reader.len) throw $RangeError('index out of range');
        length = reader.len;
        reader.len = end;
      }
      message = _target || new $root.uactor.IntegerList();
      while (reader.pos < end) {
        let start = reader.pos;
        let tag = reader.tag();
        if (tag === _end) {
          _end = $undefined;
          break;
        }
        let wireType = tag & 7;
        switch ((tag >>>= 3)) {
          case 1: {
            if (wireType === 2) {
              if (!(message.items && message.items.length)) message.items = [];
              reader.sint32s(message.items);
              continue;
            }
            if (wireType !== 0) break;
            if (!(message.items && message.items.length)) message.items = [];
            message.items.push(reader.sint32());
            continue;
          }
        }
        reader.skipType(wireType, _depth, tag);
        if (!reader.discardUnknown) {
          $util.makeProp(message, '$unknowns', false);
          (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
        }
      }
      if (length !== $undefined) {
        if (reader.pos !== end) throw $RangeError('index out of range');
        reader.len = length;
      }
      if (_end !== $undefined) throw $Error('missing end group');
      return message;
    };

    IntegerList.decodeDelimited = function (reader) {
      if (!(reader instanceof $Reader)) reader = new $Reader(reader);
      return this.decode(reader, reader.size());
    };

    IntegerList.verify = function (message, _depth) {
      if (typeof message !== 'object' || message === null) return 'object expected';
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) return 'max depth exceeded';
      if (message.items != null && $Object.hasOwnProperty.call(message, 'items')) {
        if (!$Array.isArray(message.items)) return 'items: array expected';
        for (let i = 0; i < message.items.length; ++i)
          if (!$util.isInteger(message.items[i])) return 'items: integer[] expected';
      }
      return null;
    };

    IntegerList.fromObject = function (object, _depth) {
      if (object instanceof $root.uactor.IntegerList) return object;
      if (!$util.isObject(object)) throw $TypeError('.uactor.IntegerList: object expected');
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let message = new $root.uactor.IntegerList();
      if (object.items) {
        if (!$Array.isArray(object.items)) throw $TypeError('.uactor.IntegerList.items: array expected');
        message.items = $Array(object.items.length);
        for (let i = 0; i < object.items.length; ++i) message.items[i] = object.items[i] | 0;
      }
      return message;
    };

    IntegerList.toObject = function (message, options, _depth) {
      if (!options) options = {};
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let object = {};
      if (options.arrays || options.defaults) object.items = [];
      if (message.items && message.items.length) {
        object.items = $Array(message.items.length);
        for (let j = 0; j < message.items.length; ++j) object.items[j] = message.items[j];
      }
      return object;
    };

    IntegerList.prototype.toJSON = function () {
      return IntegerList.toObject(this, $protobuf.util.toJSONOptions);
    };

    IntegerList.getTypeUrl = function (prefix) {
      if (prefix === $undefined) prefix = 'type.googleapis.com';
      return prefix + '/uactor.IntegerList';
    };

    return IntegerList;
  })();

  uactor.NumberList = (function () {
    const NumberList = function (properties) {
      this.items = [];
      if (properties)
        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
          if (properties[keys[i]] != null && keys[i] !== '__proto__') this[keys[i]] = properties[keys[i]];
    };

    NumberList.prototype.items = $util.emptyArray;

    NumberList.create = function (properties) {
      return new NumberList(properties);
    };

    NumberList.encode = function (message, writer, _depth) {
      if (!writer) writer = $Writer.create();
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      if (message.items != null && message.items.length) writer.uint32(10).doubles(message.items);
      if (message.$unknowns != null && $Object.hasOwnProperty.call(message, '$unknowns'))
        for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
      return writer;
    };

    NumberList.encodeDelimited = function (message, writer) {
      return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
    };

    NumberList.decode = function (reader, length, _end, _depth, _target) {
      if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
      if (_depth === $undefined) _depth = 0;
      if (_depth > $Reader.recursionLimit) throw $Error('max depth exceeded');
      let end, message;
      if (length === $undefined) end = reader.len;
      else {
        end = reader.pos + length;
        if (end > reader.len) throw $RangeError('index out of range');
        length = reader.len;
        reader.len = end;
      }
      message = _target || new $root.uactor.NumberList();
      while (reader.pos < end) {
        let start = reader.pos;
        let tag = reader.tag();
        if (tag === _end) {
          _end = $undefined;
          break;
        }
        let wireType = tag & 7;
        switch ((tag >>>= 3)) {
          case 1: {
            if (wireType === 2) {
              if (!(message.items && message.items.length)) message.items = [];
              reader.doubles(message.items);
              continue;
            }
            if (wireType !== 1) break;
            if (!(message.items && message.items.length)) message.items = [];
            message.items.push(reader.double());
            continue;
          }
        }
        reader.skipType(wireType, _depth, tag);
        if (!reader.discardUnknown) {
          $util.makeProp(message, '$unknowns', false);
          (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
        }
      }
      if (length !== $undefined) {
        if (reader.pos !== end) throw $RangeError('index out of range');
        reader.len = length;
      }
      if (_end !== $undefined) throw $Error('missing end group');
      return message;
    };

    NumberList.decodeDelimited = function (reader) {
      if (!(reader instanceof $Reader)) reader = new $Reader(reader);
      return this.decode(reader, reader.size());
    };

    NumberList.verify = function (message, _depth) {
      if (typeof message !== 'object' || message === null) return 'object expected';
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) return 'max depth exceeded';
      if (message.items != null && $Object.hasOwnProperty.call(message, 'items')) {
        if (!$Array.isArray(message.items)) return 'items: array expected';
        for (let i = 0; i < message.items.length; ++i)
          if (typeof message.items[i] !== 'number') return 'items: number[] expected';
      }
      return null;
    };

    NumberList.fromObject = function (object, _depth) {
      if (object instanceof $root.uactor.NumberList) return object;
      if (!$util.isObject(object)) throw $TypeError('.uactor.NumberList: object expected');
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let message = new $root.uactor.NumberList();
      if (object.items) {
        if (!$Array.isArray(object.items)) throw $TypeError('.uactor.NumberList.items: array expected');
        message.items = $Array(object.items.length);
        for (let i = 0; i < object.items.length; ++i) message.items[i] = $Number(object.items[i]);
      }
      return message;
    };

    NumberList.toObject = function (message, options, _depth) {
      if (!options) options = {};
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let object = {};
      if (options.arrays || options.defaults) object.items = [];
      if (message.items && message.items.length) {
        object.items = $Array(message.items.length);
        for (let j = 0; j < message.items.length; ++j)
          object.items[j] = options.json && !$isFinite(message.items[j]) ? $String(message.items[j]) : message.items[j];
      }
      return object;
    };

    NumberList.prototype.toJSON = function () {
      return NumberList.toObject(this, $protobuf.util.toJSONOptions);
    };

    NumberList.getTypeUrl = function (prefix) {
      if (prefix === $undefined) prefix = 'type.googleapis.com';
      return prefix + '/uactor.NumberList';
    };

    return NumberList;
  })();

  uactor.TextList = (function () {
    const TextList = function (properties) {
      this.items = [];
      if (properties)
        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
          if (properties[keys[i]] != null && keys[i] !== '__proto__') this[keys[i]] = properties[keys[i]];
    };

    TextList.prototype.items = $util.emptyArray;

    TextList.create = function (properties) {
      return new TextList(properties);
    };

    TextList.encode = function (message, writer, _depth) {
      if (!writer) writer = $Writer.create();
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      if (message.items != null && message.items.length)
        for (let i = 0; i < message.items.length; ++i) writer.uint32(10).string(message.items[i]);
      if (message.$unknowns != null && $Object.hasOwnProperty.call(message, '$unknowns'))
        for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
      return writer;
    };

    TextList.encodeDelimited = function (message, writer) {
      return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
    };

    TextList.decode = function (reader, length, _end, _depth, _target) {
      if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
      if (_depth === $undefined) _depth = 0;
      if (_depth > $Reader.recursionLimit) throw $Error('max depth exceeded');
      let end, message;
      if (length === $undefined) end = reader.len;
      else {
        end = reader.pos + length;
        if (end > reader.len) throw $RangeError('index out of range');
        length = reader.len;
        reader.len = end;
      }
      message = _target || new $root.uactor.TextList();
      while (reader.pos < end) {
        let start = reader.pos;
        let tag = reader.tag();
        if (tag === _end) {
          _end = $undefined;
          break;
        }
        let wireType = tag & 7;
        switch ((tag >>>= 3)) {
          case 1: {
            if (wireType !== 2) break;
            if (!(message.items && message.items.length)) message.items = [];
            message.items.push(reader.stringVerify());
            continue;
          }
        }
        reader.skipType(wireType, _depth, tag);
        if (!reader.discardUnknown) {
          $util.makeProp(message, '$unknowns', false);
          (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
        }
      }
      if (length !== $undefined) {
        if (reader.pos !== end) throw $RangeError('index out of range');
        reader.len = length;
      }
      if (_end !== $undefined) throw $Error('missing end group');
      return message;
    };

    TextList.decodeDelimited = function (reader) {
      if (!(reader instanceof $Reader)) reader = new $Reader(reader);
      return this.decode(reader, reader.size());
    };

    TextList.verify = function (message, _depth) {
      if (typeof message !== 'object' || message === null) return 'object expected';
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) return 'max depth exceeded';
      if (message.items != null && $Object.hasOwnProperty.call(message, 'items')) {
        if (!$Array.isArray(message.items)) return 'items: array expected';
        for (let i = 0; i < message.items.length; ++i)
          if (!$util.isString(message.items[i])) return 'items: string[] expected';
      }
      return null;
    };

    TextList.fromObject = function (object, _depth) {
      if (object instanceof $root.uactor.TextList) return object;
      if (!$util.isObject(object)) throw $TypeError('.uactor.TextList: object expected');
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let message = new $root.uactor.TextList();
      if (object.items) {
        if (!$Array.isArray(object.items)) throw $TypeError('.uactor.TextList.items: array expected');
        message.items = $Array(object.items.length);
        for (let i = 0; i < object.items.length; ++i) message.items[i] = $String(object.items[i]);
      }
      return message;
    };

    TextList.toObject = function (message, options, _depth) {
      if (!options) options = {};
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let object = {};
      if (options.arrays || options.defaults) object.items = [];
      if (message.items && message.items.length) {
        object.items = $Array(message.items.length);
        for (let j = 0; j < message.items.length; ++j) object.items[j] = message.items[j];
      }
      return object;
    };

    TextList.prototype.toJSON = function () {
      return TextList.toObject(this, $protobuf.util.toJSONOptions);
    };

    TextList.getTypeUrl = function (prefix) {
      if (prefix === $undefined) prefix = 'type.googleapis.com';
      return prefix + '/uactor.TextList';
    };

    return TextList;
  })();

  uactor.SparseList = (function () {
    const SparseList = function (properties) {
      this.indices = [];
      this.items = [];
      if (properties)
        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
          if (properties[keys[i]] != null && keys[i] !== '__proto__') this[keys[i]] = properties[keys[i]];
    };

    SparseList.prototype.length = 0;
    SparseList.prototype.indices = $util.emptyArray;
    SparseList.prototype.items = $util.emptyArray;

    SparseList.create = function (properties) {
      return new SparseList(properties);
    };

    SparseList.encode = function (message, writer, _depth) {
      if (!writer) writer = $Writer.create();
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      if (message.length != null && $Object.hasOwnProperty.call(message, 'length') && message.length !== 0)
        writer.uint32(8).uint32(message.length);
      if (message.indices != null && message.indices.length) writer.uint32(18).uint32s(message.indices);
      if (message.items != null && message.items.length)
        for (let i = 0; i < message.items.length; ++i)
          $root.uactor.Value.encode(message.items[i], writer.uint32(26).fork(), _depth + 1).ldelim();
      if (message.$unknowns != null && $Object.hasOwnProperty.call(message, '$unknowns'))
        for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
      return writer;
    };

    SparseList.encodeDelimited = function (message, writer) {
      return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
    };

    SparseList.decode = function (reader, length, _end, _depth, _target) {
      if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
      if (_depth === $undefined) _depth = 0;
      if (_depth > $Reader.recursionLimit) throw $Error('max depth exceeded');
      let end, message, value;
      if (length === $undefined) end = reader.len;
      else {
        end = reader.pos + length;
        if (end > reader.len) throw $RangeError('index out of range');
        length = reader.len;
        reader.len = end;
      }
      message = _target || new $root.uactor.SparseList();
      while (reader.pos < end) {
        let start = reader.pos;
        let tag = reader.tag();
        if (tag === _end) {
          _end = $undefined;
          break;
        }
        let wireType = tag & 7;
        switch ((tag >>>= 3)) {
          case 1: {
            if (wireType !== 0) break;
            if ((value = reader.uint32())) message.length = value;
            else delete message.length;
            continue;
          }
          case 2: {
            if (wireType === 2) {
              if (!(message.indices && message.indices.length)) message.indices = [];
              reader.uint32s(message.indices);
              continue;
            }
            if (wireType !== 0) break;
            if (!(message.indices && message.indices.length)) message.indices = [];
            message.indices.push(reader.uint32());
            continue;
          }
          case 3: {
            if (wireType !== 2) break;
            if (!(message.items && message.items.length)) message.items = [];
            message.items.push($root.uactor.Value.decode(reader, reader.size(), $undefined, _depth + 1));
            continue;
          }
        }
        reader.skipType(wireType, _depth, tag);
        if (!reader.discardUnknown) {
          $util.makeProp(message, '$unknowns', false);
          (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
        }
      }
      if (length !== $undefined) {
        if (reader.pos !== end) throw $RangeError('index out of range');
        reader.len = length;
      }
      if (_end !== $undefined) throw $Error('missing end group');
      return message;
    };

    SparseList.decodeDelimited = function (reader) {
      if (!(reader instanceof $Reader)) reader = new $Reader(reader);
      return this.decode(reader, reader.size());
    };

    SparseList.verify = function (message, _depth) {
      if (typeof message !== 'object' || message === null) return 'object expected';
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) return 'max depth exceeded';
      if (message.length != null && $Object.hasOwnProperty.call(message, 'length'))
        if (!$util.isInteger(message.length)) return 'length: integer expected';
      if (message.indices != null && $Object.hasOwnProperty.call(message, 'indices')) {
        if (!$Array.isArray(message.indices)) return 'indices: array expected';
        for (let i = 0; i < message.indices.length; ++i)
          if (!$util.isInteger(message.indices[i])) return 'indices: integer[] expected';
      }
      if (message.items != null && $Object.hasOwnProperty.call(message, 'items')) {
        if (!$Array.isArray(message.items)) return 'items: array expected';
        for (let i = 0; i < message.items.length; ++i) {
          let error = $root.uactor.Value.verify(message.items[i], _depth + 1);
          if (error) return 'items.' + error;
        }
      }
      return null;
    };

    SparseList.fromObject = function (object, _depth) {
      if (object instanceof $root.uactor.SparseList) return object;
      if (!$util.isObject(object)) throw $TypeError('.uactor.SparseList: object expected');
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let message = new $root.uactor.SparseList();
      if (object.length != null) if ($Number(object.length) !== 0) message.length = object.length >>> 0;
      if (object.indices) {
        if (!$Array.isArray(object.indices)) throw $TypeError('.uactor.SparseList.indices: array expected');
        message.indices = $Array(object.indices.length);
        for (let i = 0; i < object.indices.length; ++i) message.indices[i] = object.indices[i] >>> 0;
      }
      if (object.items) {
        if (!$Array.isArray(object.items)) throw $TypeError('.uactor.SparseList.items: array expected');
        message.items = $Array(object.items.length);
        for (let i = 0; i < object.items.length; ++i) {
          if (!$util.isObject(object.items[i])) throw $TypeError('.uactor.SparseList.items: object expected');
          message.items[i] = $root.uactor.Value.fromObject(object.items[i], _depth + 1);
        }
      }
      return message;
    };

    SparseList.toObject = function (message, options, _depth) {
      if (!options) options = {};
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let object = {};
      if (options.arrays || options.defaults) {
        object.indices = [];
        object.items = [];
      }
      if (options.defaults) object.length = 0;
      if (message.length != null && $Object.hasOwnProperty.call(message, 'length')) object.length = message.length;
      if (message.indices && message.indices.length) {
        object.indices = $Array(message.indices.length);
        for (let j = 0; j < message.indices.length; ++j) object.indices[j] = message.indices[j];
      }
      if (message.items && message.items.length) {
        object.items = $Array(message.items.length);
        for (let j = 0; j < message.items.length; ++j)
          object.items[j] = $root.uactor.Value.toObject(message.items[j], options, _depth + 1);
      }
      return object;
    };

    SparseList.prototype.toJSON = function () {
      return SparseList.toObject(this, $protobuf.util.toJSONOptions);
    };

    SparseList.getTypeUrl = function (prefix) {
      if (prefix === $undefined) prefix = 'type.googleapis.com';
      return prefix + '/uactor.SparseList';
    };

    return SparseList;
  })();

  uactor.Entries = (function () {
    const Entries = function (properties) {
      this.items = [];
      if (properties)
        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
          if (properties[keys[i]] != null && keys[i] !== '__proto__') this[keys[i]] = properties[keys[i]];
    };

    Entries.prototype.items = $util.emptyArray;

    Entries.create = function (properties) {
      return new Entries(properties);
    };

    Entries.encode = function (message, writer, _depth) {
      if (!writer) writer = $Writer.create();
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      if (message.items != null && message.items.length)
        for (let i = 0; i < message.items.length; ++i)
          $root.uactor.Value.encode(message.items[i], writer.uint32(10).fork(), _depth + 1).ldelim();
      if (message.$unknowns != null && $Object.hasOwnProperty.call(message, '$unknowns'))
        for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
      return writer;
    };

    Entries.encodeDelimited = function (message, writer) {
      return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
    };

    Entries.decode = function (reader, length, _end, _depth, _target) {
      if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
      if (_depth === $undefined) _depth = 0;
      if (_depth > $Reader.recursionLimit) throw $Error('max depth exceeded');
      let end, message;
      if (length === $undefined) end = reader.len;
      else {
        end = reader.pos + length;
        if (end > reader.len) throw $RangeError('index out of range');
        length = reader.len;
        reader.len = end;
      }
      message = _target || new $root.uactor.Entries();
      while (reader.pos < end) {
        let start = reader.pos;
        let tag = reader.tag();
        if (tag === _end) {
          _end = $undefined;
          break;
        }
        let wireType = tag & 7;
        switch ((tag >>>= 3)) {
          case 1: {
            if (wireType !== 2) break;
            if (!(message.items && message.items.length)) message.items = [];
            message.items.push($root.uactor.Value.decode(reader, reader.size(), $undefined, _depth + 1));
            continue;
          }
        }
        reader.skipType(wireType, _depth, tag);
        if (!reader.discardUnknown) {
          $util.makeProp(message, '$unknowns', false);
          (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
        }
      }
      if (length !== $undefined) {
        if (reader.pos !== end) throw $RangeError('index out of range');
        reader.len = length;
      }
      if (_end !== $undefined) throw $Error('missing end group');
      return message;
    };

    Entries.decodeDelimited = function (reader) {
      if (!(reader instanceof $Reader)) reader = new $Reader(reader);
      return this.decode(reader, reader.size());
    };

    Entries.verify = function (message, _depth) {
      if (typeof message !== 'object' || message === null) return 'object expected';
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) return 'max depth exceeded';
      if (message.items != null && $Object.hasOwnProperty.call(message, 'items')) {
        if (!$Array.isArray(message.items)) return 'items: array expected';
        for (let i = 0; i < message.items.length; ++i) {
          let error = $root.uactor.Value.verify(message.items[i], _depth + 1);
          if (error) return 'items.' + error;
        }
      }
      return null;
    };

    Entries.fromObject = function (object, _depth) {
      if (object instanceof $root.uactor.Entries) return object;
      if (!$util.isObject(object)) throw $TypeError('.uactor.Entries: object expected');
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let message = new $root.uactor.Entries();
      if (object.items) {
        if (!$Array.isArray(object.items)) throw $TypeError('.uactor.Entries.items: array expected');
        message.items = $Array(object.items.length);
        for (let i = 0; i < object.items.length; ++i) {
          if (!$util.isObject(object.items[i])) throw $TypeError('.uactor.Entries.items: object expected');
          message.items[i] = $root.uactor.Value.fromObject(object.items[i], _depth + 1);
        }
      }
      return message;
    };

    Entries.toObject = function (message, options, _depth) {
      if (!options) options = {};
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let object = {};
      if (options.arrays || options.defaults) object.items = [];
      if (message.items && message.items.length) {
        object.items = $Array(message.items.length);
        for (let j = 0; j < message.items.length; ++j)
          object.items[j] = $root.uactor.Value.toObject(message.items[j], options, _depth + 1);
      }
      return object;
    };

    Entries.prototype.toJSON = function () {
      return Entries.toObject(this, $protobuf.util.toJSONOptions);
    };

    Entries.getTypeUrl = function (prefix) {
      if (prefix === $undefined) prefix = 'type.googleapis.com';
      return prefix + '/uactor.Entries';
    };

    return Entries;
  })();

  uactor.Extension = (function () {
    const Extension = function (properties) {
      if (properties)
        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
          if (properties[keys[i]] != null && keys[i] !== '__proto__') this[keys[i]] = properties[keys[i]];
    };

    Extension.prototype.tag = '';
    Extension.prototype.data = null;

    Extension.create = function (properties) {
      return new Extension(properties);
    };

    Extension.encode = function (message, writer, _depth) {
      if (!writer) writer = $Writer.create();
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      if (message.tag != null && $Object.hasOwnProperty.call(message, 'tag') && message.tag !== '')
        writer.uint32(10).string(message.tag);
      if (message.data != null && $Object.hasOwnProperty.call(message, 'data'))
        $root.uactor.Value.encode(message.data, writer.uint32(18).fork(), _depth + 1).ldelim();
      if (message.$unknowns != null && $Object.hasOwnProperty.call(message, '$unknowns'))
        for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
      return writer;
    };

    Extension.encodeDelimited = function (message, writer) {
      return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
    };

    Extension.decode = function (reader, length, _end, _depth, _target) {
      if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
      if (_depth === $undefined) _depth = 0;
      if (_depth > $Reader.recursionLimit) throw $Error('max depth exceeded');
      let end, message, value;
      if (length === $undefined) end = reader.len;
      else {
        end = reader.pos + length;
        if (end > reader.len) throw $RangeError('index out of range');
        length = reader.len;
        reader.len = end;
      }
      message = _target || new $root.uactor.Extension();
      while (reader.pos < end) {
        let start = reader.pos;
        let tag = reader.tag();
        if (tag === _end) {
          _end = $undefined;
          break;
        }
        let wireType = tag & 7;
        switch ((tag >>>= 3)) {
          case 1: {
            if (wireType !== 2) break;
            if ((value = reader.stringVerify()).length) message.tag = value;
            else delete message.tag;
            continue;
          }
          case 2: {
            if (wireType !== 2) break;
            message.data = $root.uactor.Value.decode(reader, reader.size(), $undefined, _depth + 1, message.data);
            continue;
          }
        }
        reader.skipType(wireType, _depth, tag);
        if (!reader.discardUnknown) {
          $util.makeProp(message, '$unknowns', false);
          (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
        }
      }
      if (length !== $undefined) {
        if (reader.pos !== end) throw $RangeError('index out of range');
        reader.len = length;
      }
      if (_end !== $undefined) throw $Error('missing end group');
      return message;
    };

    Extension.decodeDelimited = function (reader) {
      if (!(reader instanceof $Reader)) reader = new $Reader(reader);
      return this.decode(reader, reader.size());
    };

    Extension.verify = function (message, _depth) {
      if (typeof message !== 'object' || message === null) return 'object expected';
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) return 'max depth exceeded';
      if (message.tag != null && $Object.hasOwnProperty.call(message, 'tag'))
        if (!$util.isString(message.tag)) return 'tag: string expected';
      if (message.data != null && $Object.hasOwnProperty.call(message, 'data')) {
        let error = $root.uactor.Value.verify(message.data, _depth + 1);
        if (error) return 'data.' + error;
      }
      return null;
    };

    Extension.fromObject = function (object, _depth) {
      if (object instanceof $root.uactor.Extension) return object;
      if (!$util.isObject(object)) throw $TypeError('.uactor.Extension: object expected');
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let message = new $root.uactor.Extension();
      if (object.tag != null)
        if (typeof object.tag !== 'string' || object.tag.length) message.tag = $String(object.tag);
      if (object.data != null) {
        if (!$util.isObject(object.data)) throw $TypeError('.uactor.Extension.data: object expected');
        message.data = $root.uactor.Value.fromObject(object.data, _depth + 1);
      }
      return message;
    };

    Extension.toObject = function (message, options, _depth) {
      if (!options) options = {};
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let object = {};
      if (options.defaults) {
        object.tag = '';
        object.data = null;
      }
      if (message.tag != null && $Object.hasOwnProperty.call(message, 'tag')) object.tag = message.tag;
      if (message.data != null && $Object.hasOwnProperty.call(message, 'data'))
        object.data = $root.uactor.Value.toObject(message.data, options, _depth + 1);
      return object;
    };

    Extension.prototype.toJSON = function () {
      return Extension.toObject(this, $protobuf.util.toJSONOptions);
    };

    Extension.getTypeUrl = function (prefix) {
      if (prefix === $undefined) prefix = 'type.googleapis.com';
      return prefix + '/uactor.Extension';
    };

    return Extension;
  })();

  uactor.Pattern = (function () {
    const Pattern = function (properties) {
      if (properties)
        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
          if (properties[keys[i]] != null && keys[i] !== '__proto__') this[keys[i]] = properties[keys[i]];
    };

    Pattern.prototype.flags = '';
    Pattern.prototype.source = $util.newBuffer([]);

    Pattern.create = function (properties) {
      return new Pattern(properties);
    };

    Pattern.encode = function (message, writer, _depth) {
      if (!writer) writer = $Writer.create();
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      if (message.flags != null && $Object.hasOwnProperty.call(message, 'flags') && message.flags !== '')
        writer.uint32(10).string(message.flags);
      if (message.source != null && $Object.hasOwnProperty.call(message, 'source') && message.source.length)
        writer.uint32(18).bytes(message.source);
      if (message.$unknowns != null && $Object.hasOwnProperty.call(message, '$unknowns'))
        for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
      return writer;
    };

    Pattern.encodeDelimited = function (message, writer) {
      return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
    };

    Pattern.decode = function (reader, length, _end, _depth, _target) {
      if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
      if (_depth === $undefined) _depth = 0;
      if (_depth > $Reader.recursionLimit) throw $Error('max depth exceeded');
      let end, message, value;
      if (length === $undefined) end = reader.len;
      else {
        end = reader.pos + length;
        if (end > reader.len) throw $RangeError('index out of range');
        length = reader.len;
        reader.len = end;
      }
      message = _target || new $root.uactor.Pattern();
      while (reader.pos < end) {
        let start = reader.pos;
        let tag = reader.tag();
        if (tag === _end) {
          _end = $undefined;
          break;
        }
        let wireType = tag & 7;
        switch ((tag >>>= 3)) {
          case 1: {
            if (wireType !== 2) break;
            if ((value = reader.stringVerify()).length) message.flags = value;
            else delete message.flags;
            continue;
          }
          case 2: {
            if (wireType !== 2) break;
            if ((value = reader.bytes()).length) message.source = value;
            else delete message.source;
            continue;
          }
        }
        reader.skipType(wireType, _depth, tag);
        if (!reader.discardUnknown) {
          $util.makeProp(message, '$unknowns', false);
          (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
        }
      }
      if (length !== $undefined) {
        if (reader.pos !== end) throw $RangeError('index out of range');
        reader.len = length;
      }
      if (_end !== $undefined) throw $Error('missing end group');
      return message;
    };

    Pattern.decodeDelimited = function (reader) {
      if (!(reader instanceof $Reader)) reader = new $Reader(reader);
      return this.decode(reader, reader.size());
    };

    Pattern.verify = function (message, _depth) {
      if (typeof message !== 'object' || message === null) return 'object expected';
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) return 'max depth exceeded';
      if (message.flags != null && $Object.hasOwnProperty.call(message, 'flags'))
        if (!$util.isString(message.flags)) return 'flags: string expected';
      if (message.source != null && $Object.hasOwnProperty.call(message, 'source'))
        if (!((message.source && typeof message.source.length === 'number') || $util.isString(message.source)))
          return 'source: buffer expected';
      return null;
    };

    Pattern.fromObject = function (object, _depth) {
      if (object instanceof $root.uactor.Pattern) return object;
      if (!$util.isObject(object)) throw $TypeError('.uactor.Pattern: object expected');
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let message = new $root.uactor.Pattern();
      if (object.flags != null)
        if (typeof object.flags !== 'string' || object.flags.length) message.flags = $String(object.flags);
      if (object.source != null)
        if (object.source.length)
          if (typeof object.source === 'string')
            $util.base64.decode(
              object.source,
              (message.source = $util.newBuffer($util.base64.length(object.source))),
              0,
            );
          else if (object.source.length >= 0) message.source = object.source;
      return message;
    };

    Pattern.toObject = function (message, options, _depth) {
      if (!options) options = {};
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let object = {};
      if (options.defaults) {
        object.flags = '';
        if (options.bytes === $String) object.source = '';
        else {
          object.source = [];
          if (options.bytes !== $Array) object.source = $util.newBuffer(object.source);
        }
      }
      if (message.flags != null && $Object.hasOwnProperty.call(message, 'flags')) object.flags = message.flags;
      if (message.source != null && $Object.hasOwnProperty.call(message, 'source'))
        object.source =
          options.bytes === $String
            ? $util.base64.encode(message.source, 0, message.source.length)
            : options.bytes === $Array
              ? $Array.prototype.slice.call(message.source)
              : message.source;
      return object;
    };

    Pattern.prototype.toJSON = function () {
      return Pattern.toObject(this, $protobuf.util.toJSONOptions);
    };

    Pattern.getTypeUrl = function (prefix) {
      if (prefix === $undefined) prefix = 'type.googleapis.com';
      return prefix + '/uactor.Pattern';
    };

    return Pattern;
  })();

  uactor.Binary = (function () {
    const Binary = function (properties) {
      if (properties)
        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
          if (properties[keys[i]] != null && keys[i] !== '__proto__') this[keys[i]] = properties[keys[i]];
    };

    Binary.prototype['class'] = 0;
    Binary.prototype.data = $util.newBuffer([]);

    Binary.create = function (properties) {
      return new Binary(properties);
    };

    Binary.encode = function (message, writer, _depth) {
      if (!writer) writer = $Writer.create();
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      if (message['class'] != null && $Object.hasOwnProperty.call(message, 'class') && message['class'] !== 0)
        writer.uint32(8).int32(message['class']);
      if (message.data != null && $Object.hasOwnProperty.call(message, 'data') && message.data.length)
        writer.uint32(18).bytes(message.data);
      if (message.$unknowns != null && $Object.hasOwnProperty.call(message, '$unknowns'))
        for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
      return writer;
    };

    Binary.encodeDelimited = function (message, writer) {
      return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
    };

    Binary.decode = function (reader, length, _end, _depth, _target) {
      if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
      if (_depth === $undefined) _depth = 0;
      if (_depth > $Reader.recursionLimit) throw $Error('max depth exceeded');
      let end, message, value;
      if (length === $undefined) end = reader.len;
      else {
        end = reader.pos + length;
        if (end > reader.len) throw $RangeError('index out of range');
        length = reader.len;
        reader.len = end;
      }
      message = _target || new $root.uactor.Binary();
      while (reader.pos < end) {
        let start = reader.pos;
        let tag = reader.tag();
        if (tag === _end) {
          _end = $undefined;
          break;
        }
        let wireType = tag & 7;
        switch ((tag >>>= 3)) {
          case 1: {
            if (wireType !== 0) break;
            if ((value = reader.int32())) message['class'] = value;
            else delete message['class'];
            continue;
          }
          case 2: {
            if (wireType !== 2) break;
            if ((value = reader.bytes()).length) message.data = value;
            else delete message.data;
            continue;
          }
        }
        reader.skipType(wireType, _depth, tag);
        if (!reader.discardUnknown) {
          $util.makeProp(message, '$unknowns', false);
          (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
        }
      }
      if (length !== $undefined) {
        if (reader.pos !== end) throw $RangeError('index out of range');
        reader.len = length;
      }
      if (_end !== $undefined) throw $Error('missing end group');
      return message;
    };

    Binary.decodeDelimited = function (reader) {
      if (!(reader instanceof $Reader)) reader = new $Reader(reader);
      return this.decode(reader, reader.size());
    };

    Binary.verify = function (message, _depth) {
      if (typeof message !== 'object' || message === null) return 'object expected';
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) return 'max depth exceeded';
      if (message['class'] != null && $Object.hasOwnProperty.call(message, 'class'))
        if (typeof message['class'] !== 'number' || (message['class'] | 0) !== message['class'])
          return 'class: enum value expected';
      if (message.data != null && $Object.hasOwnProperty.call(message, 'data'))
        if (!((message.data && typeof message.data.length === 'number') || $util.isString(message.data)))
          return 'data: buffer expected';
      return null;
    };

    Binary.fromObject = function (object, _depth) {
      if (object instanceof $root.uactor.Binary) return object;
      if (!$util.isObject(object)) throw $TypeError('.uactor.Binary: object expected');
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let message = new $root.uactor.Binary();
      if (
        object['class'] !== 0 &&
        (typeof object['class'] !== 'string' || $root.uactor.BinaryClass[object['class']] !== 0)
      )
        switch (object['class']) {
          case 'ARRAY_BUFFER':
          case 0:
            message['class'] = 0;
            break;
          case 'DATA_VIEW':
          case 1:
            message['class'] = 1;
            break;
          case 'INT8_ARRAY':
          case 2:
            message['class'] = 2;
            break;
          case 'UINT8_ARRAY':
          case 3:
            message['class'] = 3;
            break;
          case 'UINT8_CLAMPED_ARRAY':
          case 4:
            message['class'] = 4;
            break;
          case 'INT16_ARRAY':
          case 5:
            message['class'] = 5;
            break;
          case 'UINT16_ARRAY':
          case 6:
            message['class'] = 6;
            break;
          case 'INT32_ARRAY':
          case 7:
            message['class'] = 7;
            break;
          case 'UINT32_ARRAY':
          case 8:
            message['class'] = 8;
            break;
          case 'FLOAT32_ARRAY':
          case 9:
            message['class'] = 9;
            break;
          case 'FLOAT64_ARRAY':
          case 10:
            message['class'] = 10;
            break;
          case 'BIG_INT64_ARRAY':
          case 11:
            message['class'] = 11;
            break;
          case 'BIG_UINT64_ARRAY':
          case 12:
            message['class'] = 12;
            break;
          case 'FLOAT16_ARRAY':
          case 13:
            message['class'] = 13;
            break;
          default:
            if (typeof object['class'] === 'number' && (object['class'] | 0) === object['class'])
              message['class'] = object['class'];
        }
      if (object.data != null)
        if (object.data.length)
          if (typeof object.data === 'string')
            $util.base64.decode(object.data, (message.data = $util.newBuffer($util.base64.length(object.data))), 0);
          else if (object.data.length >= 0) message.data = object.data;
      return message;
    };

    Binary.toObject = function (message, options, _depth) {
      if (!options) options = {};
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let object = {};
      if (options.defaults) {
        object['class'] = options.enums === $String ? 'ARRAY_BUFFER' : 0;
        if (options.bytes === $String) object.data = '';
        else {
          object.data = [];
          if (options.bytes !== $Array) object.data = $util.newBuffer(object.data);
        }
      }
      if (message['class'] != null && $Object.hasOwnProperty.call(message, 'class'))
        object['class'] =
          options.enums === $String
            ? $root.uactor.BinaryClass[message['class']] === $undefined
              ? message['class']
              : $root.uactor.BinaryClass[message['class']]
            : message['class'];
      if (message.data != null && $Object.hasOwnProperty.call(message, 'data'))
        object.data =
          options.bytes === $String
            ? $util.base64.encode(message.data, 0, message.data.length)
            : options.bytes === $Array
              ? $Array.prototype.slice.call(message.data)
              : message.data;
      return object;
    };

    Binary.prototype.toJSON = function () {
      return Binary.toObject(this, $protobuf.util.toJSONOptions);
    };

    Binary.getTypeUrl = function (prefix) {
      if (prefix === $undefined) prefix = 'type.googleapis.com';
      return prefix + '/uactor.Binary';
    };

    return Binary;
  })();

  uactor.BinaryClass = (function () {
    const valuesById = $Object.create(null),
      values = $Object.create(valuesById);
    values[(valuesById[0] = 'ARRAY_BUFFER')] = 0;
    values[(valuesById[1] = 'DATA_VIEW')] = 1;
    values[(valuesById[2] = 'INT8_ARRAY')] = 2;
    values[(valuesById[3] = 'UINT8_ARRAY')] = 3;
    values[(valuesById[4] = 'UINT8_CLAMPED_ARRAY')] = 4;
    values[(valuesById[5] = 'INT16_ARRAY')] = 5;
    values[(valuesById[6] = 'UINT16_ARRAY')] = 6;
    values[(valuesById[7] = 'INT32_ARRAY')] = 7;
    values[(valuesById[8] = 'UINT32_ARRAY')] = 8;
    values[(valuesById[9] = 'FLOAT32_ARRAY')] = 9;
    values[(valuesById[10] = 'FLOAT64_ARRAY')] = 10;
    values[(valuesById[11] = 'BIG_INT64_ARRAY')] = 11;
    values[(valuesById[12] = 'BIG_UINT64_ARRAY')] = 12;
    values[(valuesById[13] = 'FLOAT16_ARRAY')] = 13;
    return values;
  })();

  return uactor;
})());

export const google = ($root.google = (() => {
  const google = {};

  google.protobuf = (function () {
    const protobuf = {};

    protobuf.Any = (function () {
      const Any = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== '__proto__') this[keys[i]] = properties[keys[i]];
      };

      Any.prototype.type_url = '';
      Any.prototype.value = $util.newBuffer([]);

      Any.create = function (properties) {
        return new Any(properties);
      };

      Any.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
        if (message.type_url != null && $Object.hasOwnProperty.call(message, 'type_url') && message.type_url !== '')
          writer.uint32(10).string(message.type_url);
        if (message.value != null && $Object.hasOwnProperty.call(message, 'value') && message.value.length)
          writer.uint32(18).bytes(message.value);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, '$unknowns'))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      Any.encodeDelimited = function (message, writer) {
        return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
      };

      Any.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
        if (_depth === $undefined) _depth = 0;
        if (_depth > $Reader.recursionLimit) throw $Error('max depth exceeded');
        let end, message, value;
        if (length === $undefined) end = reader.len;
        else {
          end = reader.pos + length;
          if (end > reader.len) throw $RangeError('index out of range');
          length = reader.len;
          reader.len = end;
        }
        message = _target || new $root.google.protobuf.Any();
        while (reader.pos < end) {
          let start = reader.pos;
          let tag = reader.tag();
          if (tag === _end) {
            _end = $undefined;
            break;
          }
          let wireType = tag & 7;
          switch ((tag >>>= 3)) {
            case 1: {
              if (wireType !== 2) break;
              if ((value = reader.stringVerify()).length) message.type_url = value;
              else delete message.type_url;
              continue;
            }
            case 2: {
              if (wireType !== 2) break;
              if ((value = reader.bytes()).length) message.value = value;
              else delete message.value;
              continue;
            }
          }
          reader.skipType(wireType, _depth, tag);
          if (!reader.discardUnknown) {
            $util.makeProp(message, '$unknowns', false);
            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
          }
        }
        if (length !== $undefined) {
          if (reader.pos !== end) throw $RangeError('index out of range');
          reader.len = length;
        }
        if (_end !== $undefined) throw $Error('missing end group');
        return message;
      };

      Any.decodeDelimited = function (reader) {
        if (!(reader instanceof $Reader)) reader = new $Reader(reader);
        return this.decode(reader, reader.size());
      };

      Any.verify = function (message, _depth) {
        if (typeof message !== 'object' || message === null) return 'object expected';
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) return 'max depth exceeded';
        if (message.type_url != null && $Object.hasOwnProperty.call(message, 'type_url'))
          if (!$util.isString(message.type_url)) return 'type_url: string expected';
        if (message.value != null && $Object.hasOwnProperty.call(message, 'value'))
          if (!((message.value && typeof message.value.length === 'number') || $util.isString(message.value)))
            return 'value: buffer expected';
        return null;
      };

      Any.fromObject = function (object, _depth) {
        if (object instanceof $root.google.protobuf.Any) return object;
        if (!$util.isObject(object)) throw $TypeError('.google.protobuf.Any: object expected');
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
        let message = new $root.google.protobuf.Any();
        if (object.type_url != null)
          if (typeof object.type_url !== 'string' || object.type_url.length)
            message.type_url = $String(object.type_url);
        if (object.value != null)
          if (object.value.length)
            if (typeof object.value === 'string')
              $util.base64.decode(
                object.value,
                (message.value = $util.newBuffer($util.base64.length(object.value))),
                0,
              );
            else if (object.value.length >= 0) message.value = object.value;
        return message;
      };

      Any.toObject = function (message, options, _depth) {
        if (!options) options = {};
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
        let object = {};
        if (options.defaults) {
          object.type_url = '';
          if (options.bytes === $String) object.value = '';
          else {
            object.value = [];
            if (options.bytes !== $Array) object.value = $util.newBuffer(object.value);
          }
        }
        if (message.type_url != null && $Object.hasOwnProperty.call(message, 'type_url'))
          object.type_url = message.type_url;
        if (message.value != null && $Object.hasOwnProperty.call(message, 'value'))
          object.value =
            options.bytes === $String
              ? $util.base64.encode(message.value, 0, message.value.length)
              : options.bytes === $Array
                ? $Array.prototype.slice.call(message.value)
                : message.value;
        return object;
      };

      Any.prototype.toJSON = function () {
        return Any.toObject(this, $protobuf.util.toJSONOptions);
      };

      Any.getTypeUrl = function (prefix) {
        if (prefix === $undefined) prefix = 'type.googleapis.com';
        return prefix + '/google.protobuf.Any';
      };

      return Any;
    })();

    return protobuf;
  })();

  return google;
})());

export { $root as default };
