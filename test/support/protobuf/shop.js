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
  $isFinite = $util.global.isFinite,
  $Array = $util.global.Array,
  $parseInt = $util.global.parseInt,
  $BigInt = $util.global.BigInt;

const $root = $protobuf.roots['default'] || ($protobuf.roots['default'] = {});

export const shop = ($root.shop = (() => {
  const shop = {};

  shop.Status = (function () {
    const valuesById = $Object.create(null),
      values = $Object.create(valuesById);
    values[(valuesById[0] = 'OPEN')] = 0;
    values[(valuesById[1] = 'SHIPPED')] = 1;
    return values;
  })();

  shop.Line = (function () {
    const Line = function (properties) {
      if (properties)
        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
          if (properties[keys[i]] != null && keys[i] !== '__proto__') this[keys[i]] = properties[keys[i]];
    };

    Line.prototype.article = '';
    Line.prototype.count = 0;
    Line.prototype.price = 0;

    Line.create = function (properties) {
      return new Line(properties);
    };

    Line.encode = function (message, writer, _depth) {
      if (!writer) writer = $Writer.create();
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      if (message.article != null && $Object.hasOwnProperty.call(message, 'article') && message.article !== '')
        writer.uint32(10).string(message.article);
      if (message.count != null && $Object.hasOwnProperty.call(message, 'count') && message.count !== 0)
        writer.uint32(16).sint32(message.count);
      if (message.price != null && $Object.hasOwnProperty.call(message, 'price') && !$Object.is(message.price, 0))
        writer.uint32(25).double(message.price);
      if (message.$unknowns != null && $Object.hasOwnProperty.call(message, '$unknowns'))
        for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
      return writer;
    };

    Line.encodeDelimited = function (message, writer) {
      return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
    };

    Line.decode = function (reader, length, _end, _depth, _target) {
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
      message = _target || new $root.shop.Line();
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
          case 3: {
            if (wireType !== 1) break;
            if (!$Object.is((value = reader.double()), 0)) message.price = value;
            else delete message.price;
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

    Line.decodeDelimited = function (reader) {
      if (!(reader instanceof $Reader)) reader = new $Reader(reader);
      return this.decode(reader, reader.size());
    };

    Line.verify = function (message, _depth) {
      if (typeof message !== 'object' || message === null) return 'object expected';
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) return 'max depth exceeded';
      if (message.article != null && $Object.hasOwnProperty.call(message, 'article'))
        if (!$util.isString(message.article)) return 'article: string expected';
      if (message.count != null && $Object.hasOwnProperty.call(message, 'count'))
        if (!$util.isInteger(message.count)) return 'count: integer expected';
      if (message.price != null && $Object.hasOwnProperty.call(message, 'price'))
        if (typeof message.price !== 'number') return 'price: number expected';
      return null;
    };

    Line.fromObject = function (object, _depth) {
      if (object instanceof $root.shop.Line) return object;
      if (!$util.isObject(object)) throw $TypeError('.shop.Line: object expected');
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let message = new $root.shop.Line();
      if (object.article != null)
        if (typeof object.article !== 'string' || object.article.length) message.article = $String(object.article);
      if (object.count != null) if ($Number(object.count) !== 0) message.count = object.count | 0;
      if (object.price != null) if (!$Object.is($Number(object.price), 0)) message.price = $Number(object.price);
      return message;
    };

    Line.toObject = function (message, options, _depth) {
      if (!options) options = {};
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let object = {};
      if (options.defaults) {
        object.article = '';
        object.count = 0;
        object.price = 0;
      }
      if (message.article != null && $Object.hasOwnProperty.call(message, 'article')) object.article = message.article;
      if (message.count != null && $Object.hasOwnProperty.call(message, 'count')) object.count = message.count;
      if (message.price != null && $Object.hasOwnProperty.call(message, 'price'))
        object.price = options.json && !$isFinite(message.price) ? $String(message.price) : message.price;
      return object;
    };

    Line.prototype.toJSON = function () {
      return Line.toObject(this, $protobuf.util.toJSONOptions);
    };

    Line.getTypeUrl = function (prefix) {
      if (prefix === $undefined) prefix = 'type.googleapis.com';
      return prefix + '/shop.Line';
    };

    return Line;
  })();

  shop.Order = (function () {
    const Order = function (properties) {
      this.lines = [];
      this.notes = {};
      this.marks = [];
      if (properties)
        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
          if (properties[keys[i]] != null && keys[i] !== '__proto__') this[keys[i]] = properties[keys[i]];
    };

    Order.prototype.id = $util.Long ? $util.Long.fromBits(0, 0, false) : 0;
    Order.prototype.status = 0;
    Order.prototype.lines = $util.emptyArray;
    Order.prototype.notes = $util.emptyObject;
    Order.prototype.picture = $util.newBuffer([]);
    Order.prototype.marks = $util.emptyArray;
    Order.prototype.at = null;
    Order.prototype.extra = null;
    Order.prototype.replaces = null;
    Order.prototype.parcel = null;
    Order.prototype.pallet = null;

    let $oneOfFields;

    $Object.defineProperty(Order.prototype, 'way', {
      get: $util.oneOfGetter(($oneOfFields = ['parcel', 'pallet'])),
      set: $util.oneOfSetter($oneOfFields),
    });

    Order.create = function (properties) {
      return new Order(properties);
    };

    Order.encode = function (message, writer, _depth) {
      if (!writer) writer = $Writer.create();
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      if (
        message.id != null &&
        $Object.hasOwnProperty.call(message, 'id') &&
        (typeof message.id === 'object' ? message.id.low || message.id.high : message.id !== 0)
      )
        writer.uint32(8).int64(message.id);
      if (message.status != null && $Object.hasOwnProperty.call(message, 'status') && message.status !== 0)
        writer.uint32(16).int32(message.status);
      if (message.lines != null && message.lines.length)
        for (let i = 0; i < message.lines.length; ++i)
          $root.shop.Line.encode(message.lines[i], writer.uint32(26).fork(), _depth + 1).ldelim();
      if (message.notes != null && $Object.hasOwnProperty.call(message, 'notes'))
        for (let keys = $Object.keys(message.notes), i = 0; i < keys.length; ++i)
          writer.uint32(34).fork().uint32(10).string(keys[i]).uint32(18).string(message.notes[keys[i]]).ldelim();
      if (message.picture != null && $Object.hasOwnProperty.call(message, 'picture') && message.picture.length)
        writer.uint32(42).bytes(message.picture);
      if (message.marks != null && message.marks.length) writer.uint32(50).int32s(message.marks);
      if (message.at != null && $Object.hasOwnProperty.call(message, 'at'))
        $root.google.protobuf.Timestamp.encode(message.at, writer.uint32(58).fork(), _depth + 1).ldelim();
      if (message.extra != null && $Object.hasOwnProperty.call(message, 'extra'))
        $root.google.protobuf.Any.encode(message.extra, writer.uint32(66).fork(), _depth + 1).ldelim();
      if (message.replaces != null && $Object.hasOwnProperty.call(message, 'replaces'))
        $root.shop.Order.encode(message.replaces, writer.uint32(74).fork(), _depth + 1).ldelim();
      if (message.parcel != null && $Object.hasOwnProperty.call(message, 'parcel'))
        writer.uint32(82).string(message.parcel);
      if (message.pallet != null && $Object.hasOwnProperty.call(message, 'pallet'))
        writer.uint32(88).uint32(message.pallet);
      if (message.$unknowns != null && $Object.hasOwnProperty.call(message, '$unknowns'))
        for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
      return writer;
    };

    Order.encodeDelimited = function (message, writer) {
      return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
    };

    Order.decode = function (reader, length, _end, _depth, _target) {
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
      message = _target || new $root.shop.Order();
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
            if (typeof (value = reader.int64()) === 'object' ? value.low || value.high : value !== 0)
              message.id = value;
            else delete message.id;
            continue;
          }
          case 2: {
            if (wireType !== 0) break;
            if ((value = reader.int32())) message.status = value;
            else delete message.status;
            continue;
          }
          case 3: {
            if (wireType !== 2) break;
            if (!(message.lines && message.lines.length)) message.lines = [];
            message.lines.push($root.shop.Line.decode(reader, reader.size(), $undefined, _depth + 1));
            continue;
          }
          case 4: {
            if (wireType !== 2) break;
            if (message.notes === $util.emptyObject) message.notes = {};
            let end2 = reader.size() + reader.pos;
            if (end2 > reader.len) throw $RangeError('index out of range');
            reader.len = end2;
            key = '';
            value = '';
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
                  value = reader.stringVerify();
                  continue;
              }
              reader.skipType(wireType, _depth, tag2);
            }
            if (reader.pos !== end2) throw $RangeError('index out of range');
            reader.len = end;
            if (key === '__proto__') $util.makeProp(message.notes, key);
            message.notes[key] = value;
            continue;
          }
          case 5: {
            if (wireType !== 2) break;
            if ((value = reader.bytes()).length) message.picture = value;
            else delete message.picture;
            continue;
          }
          case 6: {
            if (wireType === 2) {
              if (!(message.marks && message.marks.length)) message.marks = [];
              reader.int32s(message.marks);
              continue;
            }
            if (wireType !== 0) break;
            if (!(message.marks && message.marks.length)) message.marks = [];
            message.marks.push(reader.int32());
            continue;
          }
          case 7: {
            if (wireType !== 2) break;
            message.at = $root.google.protobuf.Timestamp.decode(
              reader,
              reader.size(),
              $undefined,
              _depth + 1,
              message.at,
            );
            continue;
          }
          case 8: {
            if (wireType !== 2) break;
            message.extra = $root.google.protobuf.Any.decode(
              reader,
              reader.size(),
              $undefined,
              _depth + 1,
              message.extra,
            );
            continue;
          }
          case 9: {
            if (wireType !== 2) break;
            message.replaces = $root.shop.Order.decode(reader, reader.size(), $undefined, _depth + 1, message.replaces);
            continue;
          }
          case 10: {
            if (wireType !== 2) break;
            message.parcel = reader.stringVerify();
            message.way = 'parcel';
            continue;
          }
          case 11: {
            if (wireType !== 0) break;
            message.pallet = reader.uint32();
            message.way = 'pallet';
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

    Order.decodeDelimited = function (reader) {
      if (!(reader instanceof $Reader)) reader = new $Reader(reader);
      return this.decode(reader, reader.size());
    };

    Order.verify = function (message, _depth) {
      if (typeof message !== 'object' || message === null) return 'object expected';
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) return 'max depth exceeded';
      let properties = {};
      if (message.id != null && $Object.hasOwnProperty.call(message, 'id'))
        if (
          !$util.isInteger(message.id) &&
          !(message.id && $util.isInteger(message.id.low) && $util.isInteger(message.id.high))
        )
          return 'id: integer|Long expected';
      if (message.status != null && $Object.hasOwnProperty.call(message, 'status'))
        if (typeof message.status !== 'number' || (message.status | 0) !== message.status)
          return 'status: enum value expected';
      if (message.lines != null && $Object.hasOwnProperty.call(message, 'lines')) {
        if (!$Array.isArray(message.lines)) return 'lines: array expected';
        for (let i = 0; i < message.lines.length; ++i) {
          let error = $root.shop.Line.verify(message.lines[i], _depth + 1);
          if (error) return 'lines.' + error;
        }
      }
      if (message.notes != null && $Object.hasOwnProperty.call(message, 'notes')) {
        if (!$util.isObject(message.notes)) return 'notes: object expected';
        let key = $Object.keys(message.notes);
        for (let i = 0; i < key.length; ++i)
          if (!$util.isString(message.notes[key[i]])) return 'notes: string{k:string} expected';
      }
      if (message.picture != null && $Object.hasOwnProperty.call(message, 'picture'))
        if (!((message.picture && typeof message.picture.length === 'number') || $util.isString(message.picture)))
          return 'picture: buffer expected';
      if (message.marks != null && $Object.hasOwnProperty.call(message, 'marks')) {
        if (!$Array.isArray(message.marks)) return 'marks: array expected';
        for (let i = 0; i < message.marks.length; ++i)
          if (!$util.isInteger(message.marks[i])) return 'marks: integer[] expected';
      }
      if (message.at != null && $Object.hasOwnProperty.call(message, 'at')) {
        let error = $root.google.protobuf.Timestamp.verify(message.at, _depth + 1);
        if (error) return 'at.' + error;
      }
      if (message.extra != null && $Object.hasOwnProperty.call(message, 'extra')) {
        let error = $root.google.protobuf.Any.verify(message.extra, _depth + 1);
        if (error) return 'extra.' + error;
      }
      if (message.replaces != null && $Object.hasOwnProperty.call(message, 'replaces')) {
        let error = $root.shop.Order.verify(message.replaces, _depth + 1);
        if (error) return 'replaces.' + error;
      }
      if (message.parcel != null && $Object.hasOwnProperty.call(message, 'parcel')) {
        properties.way = 1;
        if (!$util.isString(message.parcel)) return 'parcel: string expected';
      }
      if (message.pallet != null && $Object.hasOwnProperty.call(message, 'pallet')) {
        if (properties.way === 1) return 'way: multiple values';
        properties.way = 1;
        if (!$util.isInteger(message.pallet)) return 'pallet: integer expected';
      }
      return null;
    };

    Order.fromObject = function (object, _depth) {
      if (object instanceof $root.shop.Order) return object;
      if (!$util.isObject(object)) throw $TypeError('.shop.Order: object expected');
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let message = new $root.shop.Order();
      if (object.id != null)
        if (typeof object.id === 'object' ? object.id.low || object.id.high : $Number(object.id) !== 0)
          if ($util.Long) message.id = $util.Long.fromValue(object.id, false);
          else if (typeof object.id === 'string') message.id = $parseInt(object.id, 10);
          else if (typeof object.id === 'number') message.id = object.id;
          else if (typeof object.id === 'object')
            message.id = new $util.LongBits(object.id.low >>> 0, object.id.high >>> 0).toNumber();
      if (object.status !== 0 && (typeof object.status !== 'string' || $root.shop.Status[object.status] !== 0))
        switch (object.status) {
          case 'OPEN':
          case 0:
            message.status = 0;
            break;
          case 'SHIPPED':
          case 1:
            message.status = 1;
            break;
          default:
            if (typeof object.status === 'number' && (object.status | 0) === object.status)
              message.status = object.status;
        }
      if (object.lines) {
        if (!$Array.isArray(object.lines)) throw $TypeError('.shop.Order.lines: array expected');
        message.lines = $Array(object.lines.length);
        for (let i = 0; i < object.lines.length; ++i) {
          if (!$util.isObject(object.lines[i])) throw $TypeError('.shop.Order.lines: object expected');
          message.lines[i] = $root.shop.Line.fromObject(object.lines[i], _depth + 1);
        }
      }
      if (object.notes) {
        if (!$util.isObject(object.notes)) throw $TypeError('.shop.Order.notes: object expected');
        message.notes = {};
        for (let keys = $Object.keys(object.notes), i = 0; i < keys.length; ++i) {
          if (keys[i] === '__proto__') $util.makeProp(message.notes, keys[i]);
          message.notes[keys[i]] = $String(object.notes[keys[i]]);
        }
      }
      if (object.picture != null)
        if (object.picture.length)
          if (typeof object.picture === 'string')
            $util.base64.decode(
              object.picture,
              (message.picture = $util.newBuffer($util.base64.length(object.picture))),
              0,
            );
          else if (object.picture.length >= 0) message.picture = object.picture;
      if (object.marks) {
        if (!$Array.isArray(object.marks)) throw $TypeError('.shop.Order.marks: array expected');
        message.marks = $Array(object.marks.length);
        for (let i = 0; i < object.marks.length; ++i) message.marks[i] = object.marks[i] | 0;
      }
      if (object.at != null) {
        if (!$util.isObject(object.at)) throw $TypeError('.shop.Order.at: object expected');
        message.at = $root.google.protobuf.Timestamp.fromObject(object.at, _depth + 1);
      }
      if (object.extra != null) {
        if (!$util.isObject(object.extra)) throw $TypeError('.shop.Order.extra: object expected');
        message.extra = $root.google.protobuf.Any.fromObject(object.extra, _depth + 1);
      }
      if (object.replaces != null) {
        if (!$util.isObject(object.replaces)) throw $TypeError('.shop.Order.replaces: object expected');
        message.replaces = $root.shop.Order.fromObject(object.replaces, _depth + 1);
      }
      if (object.parcel != null) message.parcel = $String(object.parcel);
      if (object.pallet != null) message.pallet = object.pallet >>> 0;
      return message;
    };

    Order.toObject = function (message, options, _depth) {
      if (!options) options = {};
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let object = {};
      if (options.arrays || options.defaults) {
        object.lines = [];
        object.marks = [];
      }
      if (options.objects || options.defaults) object.notes = {};
      if (options.defaults) {
        if ($util.Long) {
          let long = new $util.Long(0, 0, false);
          object.id =
            options.longs === $String
              ? long.toString()
              : options.longs === $Number
                ? long.toNumber()
                : typeof $BigInt !== 'undefined' && options.longs === $BigInt
                  ? long.toBigInt()
                  : long;
        } else
          object.id =
            options.longs === $String
              ? '0'
              : typeof $BigInt !== 'undefined' && options.longs === $BigInt
                ? $BigInt('0')
                : 0;
        object.status = options.enums === $String ? 'OPEN' : 0;
        if (options.bytes === $String) object.picture = '';
        else {
          object.picture = [];
          if (options.bytes !== $Array) object.picture = $util.newBuffer(object.picture);
        }
        object.at = null;
        object.extra = null;
        object.replaces = null;
      }
      if (message.id != null && $Object.hasOwnProperty.call(message, 'id'))
        if (typeof $BigInt !== 'undefined' && options.longs === $BigInt)
          object.id =
            typeof message.id === 'number'
              ? $BigInt(message.id)
              : $util.Long.fromBits(message.id.low >>> 0, message.id.high >>> 0, false).toBigInt();
        else if (typeof message.id === 'number')
          object.id = options.longs === $String ? $String(message.id) : message.id;
        else
          object.id =
            options.longs === $String
              ? $util.Long.prototype.toString.call(message.id)
              : options.longs === $Number
                ? new $util.LongBits(message.id.low >>> 0, message.id.high >>> 0).toNumber()
                : message.id;
      if (message.status != null && $Object.hasOwnProperty.call(message, 'status'))
        object.status =
          options.enums === $String
            ? $root.shop.Status[message.status] === $undefined
              ? message.status
              : $root.shop.Status[message.status]
            : message.status;
      if (message.lines && message.lines.length) {
        object.lines = $Array(message.lines.length);
        for (let j = 0; j < message.lines.length; ++j)
          object.lines[j] = $root.shop.Line.toObject(message.lines[j], options, _depth + 1);
      }
      let keys2;
      if (message.notes && (keys2 = $Object.keys(message.notes)).length) {
        object.notes = {};
        for (let j = 0; j < keys2.length; ++j) {
          if (keys2[j] === '__proto__') $util.makeProp(object.notes, keys2[j]);
          object.notes[keys2[j]] = message.notes[keys2[j]];
        }
      }
      if (message.picture != null && $Object.hasOwnProperty.call(message, 'picture'))
        object.picture =
          options.bytes === $String
            ? $util.base64.encode(message.picture, 0, message.picture.length)
            : options.bytes === $Array
              ? $Array.prototype.slice.call(message.picture)
              : message.picture;
      if (message.marks && message.marks.length) {
        object.marks = $Array(message.marks.length);
        for (let j = 0; j < message.marks.length; ++j) object.marks[j] = message.marks[j];
      }
      if (message.at != null && $Object.hasOwnProperty.call(message, 'at'))
        object.at = $root.google.protobuf.Timestamp.toObject(message.at, options, _depth + 1);
      if (message.extra != null && $Object.hasOwnProperty.call(message, 'extra'))
        object.extra = $root.google.protobuf.Any.toObject(message.extra, options, _depth + 1);
      if (message.replaces != null && $Object.hasOwnProperty.call(message, 'replaces'))
        object.replaces = $root.shop.Order.toObject(message.replaces, options, _depth + 1);
      if (message.parcel != null && $Object.hasOwnProperty.call(message, 'parcel')) {
        object.parcel = message.parcel;
        if (options.oneofs) object.way = 'parcel';
      }
      if (message.pallet != null && $Object.hasOwnProperty.call(message, 'pallet')) {
        object.pallet = message.pallet;
        if (options.oneofs) object.way = 'pallet';
      }
      return object;
    };

    Order.prototype.toJSON = function () {
      return Order.toObject(this, $protobuf.util.toJSONOptions);
    };

    Order.getTypeUrl = function (prefix) {
      if (prefix === $undefined) prefix = 'type.googleapis.com';
      return prefix + '/shop.Order';
    };

    return Order;
  })();

  shop.Receipt = (function () {
    const Receipt = function (properties) {
      if (properties)
        for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
          if (properties[keys[i]] != null && keys[i] !== '__proto__') this[keys[i]] = properties[keys[i]];
    };

    Receipt.prototype.order = $util.Long ? $util.Long.fromBits(0, 0, false) : 0;
    Receipt.prototype.total = 0;

    Receipt.create = function (properties) {
      return new Receipt(properties);
    };

    Receipt.encode = function (message, writer, _depth) {
      if (!writer) writer = $Writer.create();
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      if (
        message.order != null &&
        $Object.hasOwnProperty.call(message, 'order') &&
        (typeof message.order === 'object' ? message.order.low || message.order.high : message.order !== 0)
      )
        writer.uint32(8).int64(message.order);
      if (message.total != null && $Object.hasOwnProperty.call(message, 'total') && !$Object.is(message.total, 0))
        writer.uint32(17).double(message.total);
      if (message.$unknowns != null && $Object.hasOwnProperty.call(message, '$unknowns'))
        for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
      return writer;
    };

    Receipt.encodeDelimited = function (message, writer) {
      return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
    };

    Receipt.decode = function (reader, length, _end, _depth, _target) {
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
      message = _target || new $root.shop.Receipt();
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
            if (typeof (value = reader.int64()) === 'object' ? value.low || value.high : value !== 0)
              message.order = value;
            else delete message.order;
            continue;
          }
          case 2: {
            if (wireType !== 1) break;
            if (!$Object.is((value = reader.double()), 0)) message.total = value;
            else delete message.total;
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

    Receipt.decodeDelimited = function (reader) {
      if (!(reader instanceof $Reader)) reader = new $Reader(reader);
      return this.decode(reader, reader.size());
    };

    Receipt.verify = function (message, _depth) {
      if (typeof message !== 'object' || message === null) return 'object expected';
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) return 'max depth exceeded';
      if (message.order != null && $Object.hasOwnProperty.call(message, 'order'))
        if (
          !$util.isInteger(message.order) &&
          !(message.order && $util.isInteger(message.order.low) && $util.isInteger(message.order.high))
        )
          return 'order: integer|Long expected';
      if (message.total != null && $Object.hasOwnProperty.call(message, 'total'))
        if (typeof message.total !== 'number') return 'total: number expected';
      return null;
    };

    Receipt.fromObject = function (object, _depth) {
      if (object instanceof $root.shop.Receipt) return object;
      if (!$util.isObject(object)) throw $TypeError('.shop.Receipt: object expected');
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let message = new $root.shop.Receipt();
      if (object.order != null)
        if (typeof object.order === 'object' ? object.order.low || object.order.high : $Number(object.order) !== 0)
          if ($util.Long) message.order = $util.Long.fromValue(object.order, false);
          else if (typeof object.order === 'string') message.order = $parseInt(object.order, 10);
          else if (typeof object.order === 'number') message.order = object.order;
          else if (typeof object.order === 'object')
            message.order = new $util.LongBits(object.order.low >>> 0, object.order.high >>> 0).toNumber();
      if (object.total != null) if (!$Object.is($Number(object.total), 0)) message.total = $Number(object.total);
      return message;
    };

    Receipt.toObject = function (message, options, _depth) {
      if (!options) options = {};
      if (_depth === $undefined) _depth = 0;
      if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
      let object = {};
      if (options.defaults) {
        if ($util.Long) {
          let long = new $util.Long(0, 0, false);
          object.order =
            options.longs === $String
              ? long.toString()
              : options.longs === $Number
                ? long.toNumber()
                : typeof $BigInt !== 'undefined' && options.longs === $BigInt
                  ? long.toBigInt()
                  : long;
        } else
          object.order =
            options.longs === $String
              ? '0'
              : typeof $BigInt !== 'undefined' && options.longs === $BigInt
                ? $BigInt('0')
                : 0;
        object.total = 0;
      }
      if (message.order != null && $Object.hasOwnProperty.call(message, 'order'))
        if (typeof $BigInt !== 'undefined' && options.longs === $BigInt)
          object.order =
            typeof message.order === 'number'
              ? $BigInt(message.order)
              : $util.Long.fromBits(message.order.low >>> 0, message.order.high >>> 0, false).toBigInt();
        else if (typeof message.order === 'number')
          object.order = options.longs === $String ? $String(message.order) : message.order;
        else
          object.order =
            options.longs === $String
              ? $util.Long.prototype.toString.call(message.order)
              : options.longs === $Number
                ? new $util.LongBits(message.order.low >>> 0, message.order.high >>> 0).toNumber()
                : message.order;
      if (message.total != null && $Object.hasOwnProperty.call(message, 'total'))
        object.total = options.json && !$isFinite(message.total) ? $String(message.total) : message.total;
      return object;
    };

    Receipt.prototype.toJSON = function () {
      return Receipt.toObject(this, $protobuf.util.toJSONOptions);
    };

    Receipt.getTypeUrl = function (prefix) {
      if (prefix === $undefined) prefix = 'type.googleapis.com';
      return prefix + '/shop.Receipt';
    };

    return Receipt;
  })();

  return shop;
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

    protobuf.Timestamp = (function () {
      const Timestamp = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== '__proto__') this[keys[i]] = properties[keys[i]];
      };

      Timestamp.prototype.seconds = $util.Long ? $util.Long.fromBits(0, 0, false) : 0;
      Timestamp.prototype.nanos = 0;

      Timestamp.create = function (properties) {
        return new Timestamp(properties);
      };

      Timestamp.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
        if (
          message.seconds != null &&
          $Object.hasOwnProperty.call(message, 'seconds') &&
          (typeof message.seconds === 'object' ? message.seconds.low || message.seconds.high : message.seconds !== 0)
        )
          writer.uint32(8).int64(message.seconds);
        if (message.nanos != null && $Object.hasOwnProperty.call(message, 'nanos') && message.nanos !== 0)
          writer.uint32(16).int32(message.nanos);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, '$unknowns'))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      Timestamp.encodeDelimited = function (message, writer) {
        return this.encode(message, (writer || $Writer.create()).fork()).ldelim();
      };

      Timestamp.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.google.protobuf.Timestamp();
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
              if (typeof (value = reader.int64()) === 'object' ? value.low || value.high : value !== 0)
                message.seconds = value;
              else delete message.seconds;
              continue;
            }
            case 2: {
              if (wireType !== 0) break;
              if ((value = reader.int32())) message.nanos = value;
              else delete message.nanos;
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

      Timestamp.decodeDelimited = function (reader) {
        if (!(reader instanceof $Reader)) reader = new $Reader(reader);
        return this.decode(reader, reader.size());
      };

      Timestamp.verify = function (message, _depth) {
        if (typeof message !== 'object' || message === null) return 'object expected';
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) return 'max depth exceeded';
        if (message.seconds != null && $Object.hasOwnProperty.call(message, 'seconds'))
          if (
            !$util.isInteger(message.seconds) &&
            !(message.seconds && $util.isInteger(message.seconds.low) && $util.isInteger(message.seconds.high))
          )
            return 'seconds: integer|Long expected';
        if (message.nanos != null && $Object.hasOwnProperty.call(message, 'nanos'))
          if (!$util.isInteger(message.nanos)) return 'nanos: integer expected';
        return null;
      };

      Timestamp.fromObject = function (object, _depth) {
        if (object instanceof $root.google.protobuf.Timestamp) return object;
        if (!$util.isObject(object)) throw $TypeError('.google.protobuf.Timestamp: object expected');
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
        let message = new $root.google.protobuf.Timestamp();
        if (object.seconds != null)
          if (
            typeof object.seconds === 'object'
              ? object.seconds.low || object.seconds.high
              : $Number(object.seconds) !== 0
          )
            if ($util.Long) message.seconds = $util.Long.fromValue(object.seconds, false);
            else if (typeof object.seconds === 'string') message.seconds = $parseInt(object.seconds, 10);
            else if (typeof object.seconds === 'number') message.seconds = object.seconds;
            else if (typeof object.seconds === 'object')
              message.seconds = new $util.LongBits(object.seconds.low >>> 0, object.seconds.high >>> 0).toNumber();
        if (object.nanos != null) if ($Number(object.nanos) !== 0) message.nanos = object.nanos | 0;
        return message;
      };

      Timestamp.toObject = function (message, options, _depth) {
        if (!options) options = {};
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error('max depth exceeded');
        let object = {};
        if (options.defaults) {
          if ($util.Long) {
            let long = new $util.Long(0, 0, false);
            object.seconds =
              options.longs === $String
                ? long.toString()
                : options.longs === $Number
                  ? long.toNumber()
                  : typeof $BigInt !== 'undefined' && options.longs === $BigInt
                    ? long.toBigInt()
                    : long;
          } else
            object.seconds =
              options.longs === $String
                ? '0'
                : typeof $BigInt !== 'undefined' && options.longs === $BigInt
                  ? $BigInt('0')
                  : 0;
          object.nanos = 0;
        }
        if (message.seconds != null && $Object.hasOwnProperty.call(message, 'seconds'))
          if (typeof $BigInt !== 'undefined' && options.longs === $BigInt)
            object.seconds =
              typeof message.seconds === 'number'
                ? $BigInt(message.seconds)
                : $util.Long.fromBits(message.seconds.low >>> 0, message.seconds.high >>> 0, false).toBigInt();
          else if (typeof message.seconds === 'number')
            object.seconds = options.longs === $String ? $String(message.seconds) : message.seconds;
          else
            object.seconds =
              options.longs === $String
                ? $util.Long.prototype.toString.call(message.seconds)
                : options.longs === $Number
                  ? new $util.LongBits(message.seconds.low >>> 0, message.seconds.high >>> 0).toNumber()
                  : message.seconds;
        if (message.nanos != null && $Object.hasOwnProperty.call(message, 'nanos')) object.nanos = message.nanos;
        return object;
      };

      Timestamp.prototype.toJSON = function () {
        return Timestamp.toObject(this, $protobuf.util.toJSONOptions);
      };

      Timestamp.getTypeUrl = function (prefix) {
        if (prefix === $undefined) prefix = 'type.googleapis.com';
        return prefix + '/google.protobuf.Timestamp';
      };

      return Timestamp;
    })();

    return protobuf;
  })();

  return google;
})());

export { $root as default };
