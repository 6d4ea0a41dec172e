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
  $String = $util.global.String,
  $Number = $util.global.Number,
  $Array = $util.global.Array,
  $parseInt = $util.global.parseInt,
  $BigInt = $util.global.BigInt,
  $isFinite = $util.global.isFinite;

const $root = $protobuf.roots['default'] || ($protobuf.roots['default'] = {});

export const till = ($root.till = (() => {
  const till = {};

  till.Way = (function () {
    const valuesById = $Object.create(null),
      values = $Object.create(valuesById);
    values[(valuesById[0] = 'CASH')] = 0;
    values[(valuesById[1] = 'CARD')] = 1;
    return values;
  })();

  till.Item = (function () {
    const Item = function (properties) {
      if (properties)
        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
          if (properties[keys[i]] != null && keys[i] !== '__proto__') this[keys[i]] = properties[keys[i]];
    };

    Item.prototype.article = '';
    Item.prototype.count = 0;

    Item.create = function (properties) {
      return new Item(properties);
    };

    Item.encode = function (message, writer, _depth) {
      if (!writer) writer = $Writer.create();
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      if (message.article != null && $Object.hasOwnProperty.call(message, 'article') && message.article !== '')
        writer.uint32(10).string(message.article);
      if (message.count != null && $Object.hasOwnProperty.call(message, 'count') && message.count !== 0)
        writer.uint32(16).sint32(message.count);
      if (message.$unknowns != null && $Object.hasOwnProperty.call(message, '$unknowns'))
        for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
      return writer;
    };

    Item.encodeDelimited = function (message, writer) {
      return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
    };

    Item.decode = function (reader, length, _end, _depth, _target) {
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
      message = _target || new $root.till.Item();
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
            if ((value = reader.stringVerify()).length) message.article = value;
            else delete message.article;
            continue;
          }
          case 2: {
            if (wireType !== 0) break;
            if ((value = reader.sint32())) message.count = value;
            else delete message.count;
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

    Item.decodeDelimited = function (reader) {
      if (!(reader instanceof $Reader)) reader = new $Reader(reader);
      return this.decode(reader, reader.size());
    };

    Item.verify = function (message, _depth) {
      if (typeof message !== 'object' || message === null) return 'object expected';
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) return 'max depth exceeded';
      if (message.article != null && $Object.hasOwnProperty.call(message, 'article'))
        if (!$util.isString(message.article)) return 'article: string expected';
      if (message.count != null && $Object.hasOwnProperty.call(message, 'count'))
        if (!$util.isInteger(message.count)) return 'count: integer expected';
      return null;
    };

    Item.fromObject = function (object, _depth) {
      if (object instanceof $root.till.Item) return object;
      if (!$util.isObject(object)) throw $TypeError('.till.Item: object expected');
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let message = new $root.till.Item();
      if (object.article != null)
        if (typeof object.article !== 'string' || object.article.length) message.article = $String(object.article);
      if (object.count != null) if ($Number(object.count) !== 0) message.count = object.count | 0;
      return message;
    };

    Item.toObject = function (message, options, _depth) {
      if (!options) options = {};
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let object = {};
      if (options.defaults) {
        object.article = '';
        object.count = 0;
      }
      if (message.article != null && $Object.hasOwnProperty.call(message, 'article')) object.article = message.article;
      if (message.count != null && $Object.hasOwnProperty.call(message, 'count')) object.count = message.count;
      return object;
    };

    Item.prototype.toJSON = function () {
      return Item.toObject(this, $protobuf.util.toJSONOptions);
    };

    Item.getTypeUrl = function (prefix) {
      if (prefix === $undefined) prefix = 'type.googleapis.com';
      return prefix + '/till.Item';
    };

    return Item;
  })();

  till.Booking = (function () {
    const Booking = function (properties) {
      this.items = [];
      this.gifts = {};
      this.marks = [];
      if (properties)
        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
          if (properties[keys[i]] != null && keys[i] !== '__proto__') this[keys[i]] = properties[keys[i]];
    };

    Booking.prototype.amount = 0;
    Booking.prototype.way = 0;
    Booking.prototype.items = $util.emptyArray;
    Booking.prototype.gifts = $util.emptyObject;
    Booking.prototype.number = $util.Long ? $util.Long.fromBits(0, 0, false) : 0;
    Booking.prototype.slip = $util.newBuffer([]);
    Booking.prototype.marks = $util.emptyArray;

    Booking.create = function (properties) {
      return new Booking(properties);
    };

    Booking.encode = function (message, writer, _depth) {
      if (!writer) writer = $Writer.create();
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      if (message.amount != null && $Object.hasOwnProperty.call(message, 'amount') && !$Object.is(message.amount, 0))
        writer.uint32(9).double(message.amount);
      if (message.way != null && $Object.hasOwnProperty.call(message, 'way') && message.way !== 0)
        writer.uint32(16).int32(message.way);
      if (message.items != null && message.items.length)
        for (let i = 0; i < message.items.length; ++i)
          $root.till.Item.encode(message.items[i], writer.uint32(26).fork(), _depth + 1).ldelim();
      if (message.gifts != null && $Object.hasOwnProperty.call(message, 'gifts'))
        for (let keys = $Object.keys(message.gifts), i = 0; i < keys.length; ++i) {
          writer.uint32(34).fork().uint32(10).string(keys[i]);
          $root.till.Item.encode(message.gifts[keys[i]], writer.uint32(18).fork(), _depth + 1)
            .ldelim()
            .ldelim();
        }
      if (
        message.number != null &&
        $Object.hasOwnProperty.call(message, 'number') &&
        (typeof message.number === 'object' ? message.number.low || message.number.high : message.number !== 0)
      )
        writer.uint32(40).int64(message.number);
      if (message.slip != null && $Object.hasOwnProperty.call(message, 'slip') && message.slip.length)
        writer.uint32(50).bytes(message.slip);
      if (message.marks != null && message.marks.length) writer.uint32(58).uint32s(message.marks);
      if (message.$unknowns != null && $Object.hasOwnProperty.call(message, '$unknowns'))
        for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
      return writer;
    };

    Booking.encodeDelimited = function (message, writer) {
      return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
    };

    Booking.decode = function (reader, length, _end, _depth, _target) {
      if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
      if (_depth === $undefined) _depth = 0;
      if (_depth > $Reader.recursionLimit) throw $Error('max depth exceeded');
      let end, message, key, value;
      if (length === $undefined) end = reader.len;
      else {
        end = reader.pos + length;
        if (end > reader.len) throw $RangeError('index out of range');
        length = reader.len;
        reader.len = end;
      }
      message = _target || new $root.till.Booking();
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
            if (wireType !== 1) break;
            if (!$Object.is((value = reader.double()), 0)) message.amount = value;
            else delete message.amount;
            continue;
          }
          case 2: {
            if (wireType !== 0) break;
            if ((value = reader.int32())) message.way = value;
            else delete message.way;
            continue;
          }
          case 3: {
            if (wireType !== 2) break;
            if (!(message.items && message.items.length)) message.items = [];
            message.items.push($root.till.Item.decode(reader, reader.size(), $undefined, _depth + 1));
            continue;
          }
          case 4: {
            if (wireType !== 2) break;
            if (message.gifts === $util.emptyObject) message.gifts = {};
            let end2 = reader.size() + reader.pos;
            if (end2 > reader.len) throw $RangeError('index out of range');
            reader.len = end2;
            key = '';
            value = null;
            while (reader.pos < end2) {
              let tag2 = reader.tag();
              wireType = tag2 & 7;
              switch ((tag2 >>>= 3)) {
                case 1:
                  if (wireType !== 2) break;
                  key = reader.stringVerify();
                  continue;
                case 2:
                  if (wireType !== 2) break;
                  value = $root.till.Item.decode(reader, reader.size(), $undefined, _depth + 1, value);
                  continue;
              }
              reader.skipType(wireType, _depth, tag2);
            }
            if (reader.pos !== end2) throw $RangeError('index out of range');
            reader.len = end;
            if (key === '__proto__') $util.makeProp(message.gifts, key);
            message.gifts[key] = value || new $root.till.Item();
            continue;
          }
          case 5: {
            if (wireType !== 0) break;
            if (typeof (value = reader.int64()) === 'object' ? value.low || value.high : value !== 0)
              message.number = value;
            else delete message.number;
            continue;
          }
          case 6: {
            if (wireType !== 2) break;
            if ((value = reader.bytes()).length) message.slip = value;
            else delete message.slip;
            continue;
          }
          case 7: {
            if (wireType === 2) {
              if (!(message.marks && message.marks.length)) message.marks = [];
              reader.uint32s(message.marks);
              continue;
            }
            if (wireType !== 0) break;
            if (!(message.marks && message.marks.length)) message.marks = [];
            message.marks.push(reader.uint32());
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

    Booking.decodeDelimited = function (reader) {
      if (!(reader instanceof $Reader)) reader = new $Reader(reader);
      return this.decode(reader, reader.size());
    };

    Booking.verify = function (message, _depth) {
      if (typeof message !== 'object' || message === null) return 'object expected';
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) return 'max depth exceeded';
      if (message.amount != null && $Object.hasOwnProperty.call(message, 'amount'))
        if (typeof message.amount !== 'number') return 'amount: number expected';
      if (message.way != null && $Object.hasOwnProperty.call(message, 'way'))
        if (typeof message.way !== 'number' || (message.way | 0) !== message.way) return 'way: enum value expected';
      if (message.items != null && $Object.hasOwnProperty.call(message, 'items')) {
        if (!$Array.isArray(message.items)) return 'items: array expected';
        for (let i = 0; i < message.items.length; ++i) {
          let error = $root.till.Item.verify(message.items[i], _depth + 1);
          if (error) return 'items.' + error;
        }
      }
      if (message.gifts != null && $Object.hasOwnProperty.call(message, 'gifts')) {
        if (!$util.isObject(message.gifts)) return 'gifts: object expected';
        let key = $Object.keys(message.gifts);
        for (let i = 0; i < key.length; ++i) {
          let error = $root.till.Item.verify(message.gifts[key[i]], _depth + 1);
          if (error) return 'gifts.' + error;
        }
      }
      if (message.number != null && $Object.hasOwnProperty.call(message, 'number'))
        if (
          !$util.isInteger(message.number) &&
          !(message.number && $util.isInteger(message.number.low) && $util.isInteger(message.number.high))
        )
          return 'number: integer|Long expected';
      if (message.slip != null && $Object.hasOwnProperty.call(message, 'slip'))
        if (!((message.slip && typeof message.slip.length === 'number') || $util.isString(message.slip)))
          return 'slip: buffer expected';
      if (message.marks != null && $Object.hasOwnProperty.call(message, 'marks')) {
        if (!$Array.isArray(message.marks)) return 'marks: array expected';
        for (let i = 0; i < message.marks.length; ++i)
          if (!$util.isInteger(message.marks[i])) return 'marks: integer[] expected';
      }
      return null;
    };

    Booking.fromObject = function (object, _depth) {
      if (object instanceof $root.till.Booking) return object;
      if (!$util.isObject(object)) throw $TypeError('.till.Booking: object expected');
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let message = new $root.till.Booking();
      if (object.amount != null) if (!$Object.is($Number(object.amount), 0)) message.amount = $Number(object.amount);
      if (object.way !== 0 && (typeof object.way !== 'string' || $root.till.Way[object.way] !== 0))
        switch (object.way) {
          case 'CASH':
          case 0:
            message.way = 0;
            break;
          case 'CARD':
          case 1:
            message.way = 1;
            break;
          default:
            if (typeof object.way === 'number' && (object.way | 0) === object.way) message.way = object.way;
        }
      if (object.items) {
        if (!$Array.isArray(object.items)) throw $TypeError('.till.Booking.items: array expected');
        message.items = $Array(object.items.length);
        for (let i = 0; i < object.items.length; ++i) {
          if (!$util.isObject(object.items[i])) throw $TypeError('.till.Booking.items: object expected');
          message.items[i] = $root.till.Item.fromObject(object.items[i], _depth + 1);
        }
      }
      if (object.gifts) {
        if (!$util.isObject(object.gifts)) throw $TypeError('.till.Booking.gifts: object expected');
        message.gifts = {};
        for (let keys = $Object.keys(object.gifts), i = 0; i < keys.length; ++i) {
          if (keys[i] === '__proto__') $util.makeProp(message.gifts, keys[i]);
          if (!$util.isObject(object.gifts[keys[i]])) throw $TypeError('.till.Booking.gifts: object expected');
          message.gifts[keys[i]] = $root.till.Item.fromObject(object.gifts[keys[i]], _depth + 1);
        }
      }
      if (object.number != null)
        if (typeof object.number === 'object' ? object.number.low || object.number.high : $Number(object.number) !== 0)
          if ($util.Long) message.number = $util.Long.fromValue(object.number, false);
          else if (typeof object.number === 'string') message.number = $parseInt(object.number, 10);
          else if (typeof object.number === 'number') message.number = object.number;
          else if (typeof object.number === 'object')
            message.number = new $util.LongBits(object.number.low >>> 0, object.number.high >>> 0).toNumber();
      if (object.slip != null)
        if (object.slip.length)
          if (typeof object.slip === 'string')
            $util.base64.decode(object.slip, (message.slip = $util.newBuffer($util.base64.length(object.slip))), 0);
          else if (object.slip.length >= 0) message.slip = object.slip;
      if (object.marks) {
        if (!$Array.isArray(object.marks)) throw $TypeError('.till.Booking.marks: array expected');
        message.marks = $Array(object.marks.length);
        for (let i = 0; i < object.marks.length; ++i) message.marks[i] = object.marks[i] >>> 0;
      }
      return message;
    };

    Booking.toObject = function (message, options, _depth) {
      if (!options) options = {};
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let object = {};
      if (options.arrays || options.defaults) {
        object.items = [];
        object.marks = [];
      }
      if (options.objects || options.defaults) object.gifts = {};
      if (options.defaults) {
        object.amount = 0;
        object.way = options.enums === $String ? 'CASH' : 0;
        if ($util.Long) {
          let long = new $util.Long(0, 0, false);
          object.number =
            options.longs === $String
              ? long.toString()
              : options.longs === $Number
                ? long.toNumber()
                : typeof $BigInt !== 'undefined' && options.longs === $BigInt
                  ? long.toBigInt()
                  : long;
        } else
          object.number =
            options.longs === $String
              ? '0'
              : typeof $BigInt !== 'undefined' && options.longs === $BigInt
                ? $BigInt('0')
                : 0;
        if (options.bytes === $String) object.slip = '';
        else {
          object.slip = [];
          if (options.bytes !== $Array) object.slip = $util.newBuffer(object.slip);
        }
      }
      if (message.amount != null && $Object.hasOwnProperty.call(message, 'amount'))
        object.amount = options.json && !$isFinite(message.amount) ? $String(message.amount) : message.amount;
      if (message.way != null && $Object.hasOwnProperty.call(message, 'way'))
        object.way =
          options.enums === $String
            ? $root.till.Way[message.way] === $undefined
              ? message.way
              : $root.till.Way[message.way]
            : message.way;
      if (message.items && message.items.length) {
        object.items = $Array(message.items.length);
        for (let j = 0; j < message.items.length; ++j)
          object.items[j] = $root.till.Item.toObject(message.items[j], options, _depth + 1);
      }
      let keys2;
      if (message.gifts && (keys2 = $Object.keys(message.gifts)).length) {
        object.gifts = {};
        for (let j = 0; j < keys2.length; ++j) {
          if (keys2[j] === '__proto__') $util.makeProp(object.gifts, keys2[j]);
          object.gifts[keys2[j]] = $root.till.Item.toObject(message.gifts[keys2[j]], options, _depth + 1);
        }
      }
      if (message.number != null && $Object.hasOwnProperty.call(message, 'number'))
        if (typeof $BigInt !== 'undefined' && options.longs === $BigInt)
          object.number =
            typeof message.number === 'number'
              ? $BigInt(message.number)
              : $util.Long.fromBits(message.number.low >>> 0, message.number.high >>> 0, false).toBigInt();
        else if (typeof message.number === 'number')
          object.number = options.longs === $String ? $String(message.number) : message.number;
        else
          object.number =
            options.longs === $String
              ? $util.Long.prototype.toString.call(message.number)
              : options.longs === $Number
                ? new $util.LongBits(message.number.low >>> 0, message.number.high >>> 0).toNumber()
                : message.number;
      if (message.slip != null && $Object.hasOwnProperty.call(message, 'slip'))
        object.slip =
          options.bytes === $String
            ? $util.base64.encode(message.slip, 0, message.slip.length)
            : options.bytes === $Array
              ? $Array.prototype.slice.call(message.slip)
              : message.slip;
      if (message.marks && message.marks.length) {
        object.marks = $Array(message.marks.length);
        for (let j = 0; j < message.marks.length; ++j) object.marks[j] = message.marks[j];
      }
      return object;
    };

    Booking.prototype.toJSON = function () {
      return Booking.toObject(this, $protobuf.util.toJSONOptions);
    };

    Booking.getTypeUrl = function (prefix) {
      if (prefix === $undefined) prefix = 'type.googleapis.com';
      return prefix + '/till.Booking';
    };

    return Booking;
  })();

  till.Balance = (function () {
    const Balance = function (properties) {
      if (properties)
        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
          if (properties[keys[i]] != null && keys[i] !== '__proto__') this[keys[i]] = properties[keys[i]];
    };

    Balance.prototype.total = 0;
    Balance.prototype.bookings = 0;

    Balance.create = function (properties) {
      return new Balance(properties);
    };

    Balance.encode = function (message, writer, _depth) {
      if (!writer) writer = $Writer.create();
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      if (message.total != null && $Object.hasOwnProperty.call(message, 'total') && !$Object.is(message.total, 0))
        writer.uint32(9).double(message.total);
      if (message.bookings != null && $Object.hasOwnProperty.call(message, 'bookings') && message.bookings !== 0)
        writer.uint32(16).uint32(message.bookings);
      if (message.$unknowns != null && $Object.hasOwnProperty.call(message, '$unknowns'))
        for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
      return writer;
    };

    Balance.encodeDelimited = function (message, writer) {
      return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
    };

    Balance.decode = function (reader, length, _end, _depth, _target) {
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
      message = _target || new $root.till.Balance();
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
            if (wireType !== 1) break;
            if (!$Object.is((value = reader.double()), 0)) message.total = value;
            else delete message.total;
            continue;
          }
          case 2: {
            if (wireType !== 0) break;
            if ((value = reader.uint32())) message.bookings = value;
            else delete message.bookings;
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

    Balance.decodeDelimited = function (reader) {
      if (!(reader instanceof $Reader)) reader = new $Reader(reader);
      return this.decode(reader, reader.size());
    };

    Balance.verify = function (message, _depth) {
      if (typeof message !== 'object' || message === null) return 'object expected';
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) return 'max depth exceeded';
      if (message.total != null && $Object.hasOwnProperty.call(message, 'total'))
        if (typeof message.total !== 'number') return 'total: number expected';
      if (message.bookings != null && $Object.hasOwnProperty.call(message, 'bookings'))
        if (!$util.isInteger(message.bookings)) return 'bookings: integer expected';
      return null;
    };

    Balance.fromObject = function (object, _depth) {
      if (object instanceof $root.till.Balance) return object;
      if (!$util.isObject(object)) throw $TypeError('.till.Balance: object expected');
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let message = new $root.till.Balance();
      if (object.total != null) if (!$Object.is($Number(object.total), 0)) message.total = $Number(object.total);
      if (object.bookings != null) if ($Number(object.bookings) !== 0) message.bookings = object.bookings >>> 0;
      return message;
    };

    Balance.toObject = function (message, options, _depth) {
      if (!options) options = {};
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let object = {};
      if (options.defaults) {
        object.total = 0;
        object.bookings = 0;
      }
      if (message.total != null && $Object.hasOwnProperty.call(message, 'total'))
        object.total = options.json && !$isFinite(message.total) ? $String(message.total) : message.total;
      if (message.bookings != null && $Object.hasOwnProperty.call(message, 'bookings'))
        object.bookings = message.bookings;
      return object;
    };

    Balance.prototype.toJSON = function () {
      return Balance.toObject(this, $protobuf.util.toJSONOptions);
    };

    Balance.getTypeUrl = function (prefix) {
      if (prefix === $undefined) prefix = 'type.googleapis.com';
      return prefix + '/till.Balance';
    };

    return Balance;
  })();

  till.Till = (function () {
    const Till = function (rpcImpl, requestDelimited, responseDelimited) {
      $protobuf.rpc.Service.call(this, rpcImpl, requestDelimited, responseDelimited);
    };

    $Object.defineProperty((Till.prototype = $Object.create($protobuf.rpc.Service.prototype)), 'constructor', {
      value: Till,
      writable: true,
      enumerable: false,
      configurable: true,
    });

    Till.create = function (rpcImpl, requestDelimited, responseDelimited) {
      return new this(rpcImpl, requestDelimited, responseDelimited);
    };

    $Object.defineProperties(
      (Till.prototype.book = function (request, callback) {
        return $protobuf.rpc.Service.prototype.rpcCall.call(
          this,
          Till.prototype.book,
          $root.till.Booking,
          $root.till.Balance,
          request,
          callback,
        );
      }),
      {
        name: { value: 'Book' },
        path: { value: '/till.Till/Book' },
        requestType: { value: 'Booking' },
        responseType: { value: 'Balance' },
        requestStream: { value: $undefined },
        responseStream: { value: $undefined },
      },
    );

    $Object.defineProperties(
      (Till.prototype.readBalance = function (request, callback) {
        return $protobuf.rpc.Service.prototype.rpcCall.call(
          this,
          Till.prototype.readBalance,
          $root.google.protobuf.Empty,
          $root.till.Balance,
          request,
          callback,
        );
      }),
      {
        name: { value: 'ReadBalance' },
        path: { value: '/till.Till/ReadBalance' },
        requestType: { value: 'google.protobuf.Empty' },
        responseType: { value: 'Balance' },
        requestStream: { value: $undefined },
        responseStream: { value: $undefined },
      },
    );

    $Object.defineProperties(
      (Till.prototype.reset = function (request, callback) {
        return $protobuf.rpc.Service.prototype.rpcCall.call(
          this,
          Till.prototype.reset,
          $root.google.protobuf.Empty,
          $root.google.protobuf.Empty,
          request,
          callback,
        );
      }),
      {
        name: { value: 'Reset' },
        path: { value: '/till.Till/Reset' },
        requestType: { value: 'google.protobuf.Empty' },
        responseType: { value: 'google.protobuf.Empty' },
        requestStream: { value: $undefined },
        responseStream: { value: $undefined },
      },
    );

    $Object.defineProperties(
      (Till.prototype.bookings = function (request, callback) {
        return $protobuf.rpc.Service.prototype.rpcCall.call(
          this,
          Till.prototype.bookings,
          $root.google.protobuf.Empty,
          $root.till.Booking,
          request,
          callback,
        );
      }),
      {
        name: { value: 'Bookings' },
        path: { value: '/till.Till/Bookings' },
        requestType: { value: 'google.protobuf.Empty' },
        responseType: { value: 'Booking' },
        requestStream: { value: $undefined },
        responseStream: { value: true },
      },
    );

    $Object.defineProperties(
      (Till.prototype.bookAll = function (request, callback) {
        return $protobuf.rpc.Service.prototype.rpcCall.call(
          this,
          Till.prototype.bookAll,
          $root.till.Booking,
          $root.till.Balance,
          request,
          callback,
        );
      }),
      {
        name: { value: 'BookAll' },
        path: { value: '/till.Till/BookAll' },
        requestType: { value: 'Booking' },
        responseType: { value: 'Balance' },
        requestStream: { value: true },
        responseStream: { value: $undefined },
      },
    );

    return Till;
  })();

  till.Half = (function () {
    const Half = function (rpcImpl, requestDelimited, responseDelimited) {
      $protobuf.rpc.Service.call(this, rpcImpl, requestDelimited, responseDelimited);
    };

    $Object.defineProperty((Half.prototype = $Object.create($protobuf.rpc.Service.prototype)), 'constructor', {
      value: Half,
      writable: true,
      enumerable: false,
      configurable: true,
    });

    Half.create = function (rpcImpl, requestDelimited, responseDelimited) {
      return new this(rpcImpl, requestDelimited, responseDelimited);
    };

    $Object.defineProperties(
      (Half.prototype.book = function (request, callback) {
        return $protobuf.rpc.Service.prototype.rpcCall.call(
          this,
          Half.prototype.book,
          $root.till.Booking,
          $root.till.Balance,
          request,
          callback,
        );
      }),
      {
        name: { value: 'Book' },
        path: { value: '/till.Half/Book' },
        requestType: { value: 'Booking' },
        responseType: { value: 'Balance' },
        requestStream: { value: $undefined },
        responseStream: { value: $undefined },
      },
    );

    $Object.defineProperties(
      (Half.prototype.refund = function (request, callback) {
        return $protobuf.rpc.Service.prototype.rpcCall.call(
          this,
          Half.prototype.refund,
          $root.till.Booking,
          $root.till.Balance,
          request,
          callback,
        );
      }),
      {
        name: { value: 'Refund' },
        path: { value: '/till.Half/Refund' },
        requestType: { value: 'Booking' },
        responseType: { value: 'Balance' },
        requestStream: { value: $undefined },
        responseStream: { value: $undefined },
      },
    );

    return Half;
  })();

  return till;
})());

export const google = ($root.google = (() => {
  const google = {};

  google.protobuf = (function () {
    const protobuf = {};

    protobuf.Empty = (function () {
      const Empty = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== '__proto__') this[keys[i]] = properties[keys[i]];
      };

      Empty.create = function (properties) {
        return new Empty(properties);
      };

      Empty.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, '$unknowns'))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      Empty.encodeDelimited = function (message, writer) {
        return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
      };

      Empty.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.google.protobuf.Empty();
        while (reader.pos < end) {
          let start = reader.pos;
          let tag = reader.tag();
          if (tag === _end) {
            _end = $undefined;
            break;
          }
          reader.skipType(tag & 7, _depth, tag);
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

      Empty.decodeDelimited = function (reader) {
        if (!(reader instanceof $Reader)) reader = new $Reader(reader);
        return this.decode(reader, reader.size());
      };

      Empty.verify = function (message, _depth) {
        if (typeof message !== 'object' || message === null) return 'object expected';
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) return 'max depth exceeded';
        return null;
      };

      Empty.fromObject = function (object, _depth) {
        if (object instanceof $root.google.protobuf.Empty) return object;
        if (!$util.isObject(object)) throw $TypeError('.google.protobuf.Empty: object expected');
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
        return new $root.google.protobuf.Empty();
      };

      Empty.toObject = function () {
        return {};
      };

      Empty.prototype.toJSON = function () {
        return Empty.toObject(this, $protobuf.util.toJSONOptions);
      };

      Empty.getTypeUrl = function (prefix) {
        if (prefix === $undefined) prefix = 'type.googleapis.com';
        return prefix + '/google.protobuf.Empty';
      };

      return Empty;
    })();

    return protobuf;
  })();

  return google;
})());

export { $root as default };
