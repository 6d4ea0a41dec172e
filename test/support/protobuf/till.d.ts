import * as $protobuf from 'protobufjs';
import Long = require('long');

export namespace till {
  enum Way {
    CASH = 0,
    CARD = 1,
  }

  interface IItem extends till.Item.$Properties {}

  class Item {
    constructor(properties?: till.Item.$Properties);
    $unknowns?: Uint8Array[];
    article: string;
    count: number;
    static create(properties: till.Item.$Shape): till.Item & till.Item.$Shape;
    static create(properties?: till.Item.$Properties): till.Item;
    static encode(message: till.Item.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
    static encodeDelimited(message: till.Item.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
    static decode(reader: $protobuf.Reader | Uint8Array, length?: number): till.Item & till.Item.$Shape;
    static decodeDelimited(reader: $protobuf.Reader | Uint8Array): till.Item & till.Item.$Shape;
    static verify(message: { [k: string]: any }): string | null;
    static fromObject(object: { [k: string]: any }): till.Item;
    static toObject(message: till.Item, options?: $protobuf.IConversionOptions): { [k: string]: any };
    toJSON(): { [k: string]: any };
    static getTypeUrl(prefix?: string): string;
  }

  namespace Item {
    interface $Properties {
      article?: string | null;
      count?: number | null;
      $unknowns?: Uint8Array[];
    }
    type $Shape = till.Item.$Properties;
  }

  interface IBooking extends till.Booking.$Properties {}

  class Booking {
    constructor(properties?: till.Booking.$Properties);
    $unknowns?: Uint8Array[];
    amount: number;
    way: till.Way;
    items: till.Item.$Properties[];
    gifts: { [k: string]: till.Item.$Properties };
    number: number | Long;
    slip: Uint8Array;
    marks: number[];
    static create(properties: till.Booking.$Shape): till.Booking & till.Booking.$Shape;
    static create(properties?: till.Booking.$Properties): till.Booking;
    static encode(message: till.Booking.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
    static encodeDelimited(message: till.Booking.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
    static decode(reader: $protobuf.Reader | Uint8Array, length?: number): till.Booking & till.Booking.$Shape;
    static decodeDelimited(reader: $protobuf.Reader | Uint8Array): till.Booking & till.Booking.$Shape;
    static verify(message: { [k: string]: any }): string | null;
    static fromObject(object: { [k: string]: any }): till.Booking;
    static toObject(message: till.Booking, options?: $protobuf.IConversionOptions): { [k: string]: any };
    toJSON(): { [k: string]: any };
    static getTypeUrl(prefix?: string): string;
  }

  namespace Booking {
    interface $Properties {
      amount?: number | null;
      way?: till.Way | null;
      items?: till.Item.$Properties[] | null;
      gifts?: { [k: string]: till.Item.$Properties } | null;
      number?: number | Long | null;
      slip?: Uint8Array | null;
      marks?: number[] | null;
      $unknowns?: Uint8Array[];
    }
    type $Shape = till.Booking.$Properties;
  }

  interface IBalance extends till.Balance.$Properties {}

  class Balance {
    constructor(properties?: till.Balance.$Properties);
    $unknowns?: Uint8Array[];
    total: number;
    bookings: number;
    static create(properties: till.Balance.$Shape): till.Balance & till.Balance.$Shape;
    static create(properties?: till.Balance.$Properties): till.Balance;
    static encode(message: till.Balance.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
    static encodeDelimited(message: till.Balance.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
    static decode(reader: $protobuf.Reader | Uint8Array, length?: number): till.Balance & till.Balance.$Shape;
    static decodeDelimited(reader: $protobuf.Reader | Uint8Array): till.Balance & till.Balance.$Shape;
    static verify(message: { [k: string]: any }): string | null;
    static fromObject(object: { [k: string]: any }): till.Balance;
    static toObject(message: till.Balance, options?: $protobuf.IConversionOptions): { [k: string]: any };
    toJSON(): { [k: string]: any };
    static getTypeUrl(prefix?: string): string;
  }

  namespace Balance {
    interface $Properties {
      total?: number | null;
      bookings?: number | null;
      $unknowns?: Uint8Array[];
    }
    type $Shape = till.Balance.$Properties;
  }

  class Till extends $protobuf.rpc.Service {
    constructor(rpcImpl: $protobuf.RPCImpl, requestDelimited?: boolean, responseDelimited?: boolean);
    static create(rpcImpl: $protobuf.RPCImpl, requestDelimited?: boolean, responseDelimited?: boolean): Till;
    book: till.Till.Book;
    readBalance: till.Till.ReadBalance;
    reset: till.Till.Reset;
    bookings: till.Till.Bookings;
    bookAll: till.Till.BookAll;
  }

  namespace Till {
    type BookCallback = (error: Error | null, response?: till.Balance) => void;
    type Book = {
      (request: till.IBooking, callback: till.Till.BookCallback): void;
      (request: till.IBooking): Promise<till.Balance>;
      readonly name: 'Book';
      readonly path: '/till.Till/Book';
      readonly requestType: 'Booking';
      readonly responseType: 'Balance';
      readonly requestStream: undefined;
      readonly responseStream: undefined;
    };
    type ReadBalanceCallback = (error: Error | null, response?: till.Balance) => void;
    type ReadBalance = {
      (request: google.protobuf.IEmpty, callback: till.Till.ReadBalanceCallback): void;
      (request: google.protobuf.IEmpty): Promise<till.Balance>;
      readonly name: 'ReadBalance';
      readonly path: '/till.Till/ReadBalance';
      readonly requestType: 'google.protobuf.Empty';
      readonly responseType: 'Balance';
      readonly requestStream: undefined;
      readonly responseStream: undefined;
    };
    type ResetCallback = (error: Error | null, response?: google.protobuf.Empty) => void;
    type Reset = {
      (request: google.protobuf.IEmpty, callback: till.Till.ResetCallback): void;
      (request: google.protobuf.IEmpty): Promise<google.protobuf.Empty>;
      readonly name: 'Reset';
      readonly path: '/till.Till/Reset';
      readonly requestType: 'google.protobuf.Empty';
      readonly responseType: 'google.protobuf.Empty';
      readonly requestStream: undefined;
      readonly responseStream: undefined;
    };
    type BookingsCallback = (error: Error | null, response?: till.Booking) => void;
    type Bookings = {
      (request: google.protobuf.IEmpty, callback: till.Till.BookingsCallback): void;
      (request: google.protobuf.IEmpty): Promise<till.Booking>;
      readonly name: 'Bookings';
      readonly path: '/till.Till/Bookings';
      readonly requestType: 'google.protobuf.Empty';
      readonly responseType: 'Booking';
      readonly requestStream: undefined;
      readonly responseStream: true;
    };
    type BookAllCallback = (error: Error | null, response?: till.Balance) => void;
    type BookAll = {
      (request: till.IBooking, callback: till.Till.BookAllCallback): void;
      (request: till.IBooking): Promise<till.Balance>;
      readonly name: 'BookAll';
      readonly path: '/till.Till/BookAll';
      readonly requestType: 'Booking';
      readonly responseType: 'Balance';
      readonly requestStream: true;
      readonly responseStream: undefined;
    };
  }

  class Half extends $protobuf.rpc.Service {
    constructor(rpcImpl: $protobuf.RPCImpl, requestDelimited?: boolean, responseDelimited?: boolean);
    static create(rpcImpl: $protobuf.RPCImpl, requestDelimited?: boolean, responseDelimited?: boolean): Half;
    book: till.Half.Book;
    refund: till.Half.Refund;
  }

  namespace Half {
    type BookCallback = (error: Error | null, response?: till.Balance) => void;
    type Book = {
      (request: till.IBooking, callback: till.Half.BookCallback): void;
      (request: till.IBooking): Promise<till.Balance>;
      readonly name: 'Book';
      readonly path: '/till.Half/Book';
      readonly requestType: 'Booking';
      readonly responseType: 'Balance';
      readonly requestStream: undefined;
      readonly responseStream: undefined;
    };
    type RefundCallback = (error: Error | null, response?: till.Balance) => void;
    type Refund = {
      (request: till.IBooking, callback: till.Half.RefundCallback): void;
      (request: till.IBooking): Promise<till.Balance>;
      readonly name: 'Refund';
      readonly path: '/till.Half/Refund';
      readonly requestType: 'Booking';
      readonly responseType: 'Balance';
      readonly requestStream: undefined;
      readonly responseStream: undefined;
    };
  }
}

export namespace google {
  namespace protobuf {
    interface IEmpty extends google.protobuf.Empty.$Properties {}

    class Empty {
      constructor(properties?: google.protobuf.Empty.$Properties);
      $unknowns?: Uint8Array[];
      static create(properties: google.protobuf.Empty.$Shape): google.protobuf.Empty & google.protobuf.Empty.$Shape;
      static create(properties?: google.protobuf.Empty.$Properties): google.protobuf.Empty;
      static encode(message: google.protobuf.Empty.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
      static encodeDelimited(message: google.protobuf.Empty.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;
      static decode(
        reader: $protobuf.Reader | Uint8Array,
        length?: number,
      ): google.protobuf.Empty & google.protobuf.Empty.$Shape;
      static decodeDelimited(
        reader: $protobuf.Reader | Uint8Array,
      ): google.protobuf.Empty & google.protobuf.Empty.$Shape;
      static verify(message: { [k: string]: any }): string | null;
      static fromObject(object: { [k: string]: any }): google.protobuf.Empty;
      static toObject(message: google.protobuf.Empty, options?: $protobuf.IConversionOptions): { [k: string]: any };
      toJSON(): { [k: string]: any };
      static getTypeUrl(prefix?: string): string;
    }

    namespace Empty {
      interface $Properties {
        $unknowns?: Uint8Array[];
      }
      type $Shape = google.protobuf.Empty.$Properties;
    }
  }
}
