import { Actor, type Remote } from 'uactor';
import { protobuf, type ServiceMethods } from 'uactor/serializers/protobuf';
import { expectTypeOf, test } from 'vitest';
import { google, till } from '../support/protobuf/till.js';

const serializer = protobuf({
  types: {
    'till.Booking': till.Booking,
    'till.Balance': till.Balance,
    'till.Item': till.Item,
    'google.protobuf.Empty': google.protobuf.Empty,
  },
  service: till.Till,
});

class Till extends Actor implements ServiceMethods<till.Till> {
  static override readonly module: string = import.meta.url;
  static override readonly options = { serializer };
  readonly #bookings: till.IBooking[] = [];

  book(booking: till.IBooking): till.IBalance {
    this.#bookings.push(booking);
    return this.#balance();
  }
  readBalance(): Promise<till.IBalance> {
    return Promise.resolve(this.#balance());
  }
  reset(): void {
    this.#bookings.length = 0;
  }
  async *bookings(): AsyncGenerator<till.IBooking> {
    yield* this.#bookings;
  }
  async bookAll(bookings: AsyncIterableIterator<till.IBooking>): Promise<till.IBalance> {
    for await (const booking of bookings) this.book(booking);
    return this.#balance();
  }
  #balance(): till.IBalance {
    return { total: 1 };
  }
}

test('the generated class of a service types the actor, and its callers', () => {
  expectTypeOf(Till.spawn()).resolves.toEqualTypeOf<Remote<typeof Till>>();
  expectTypeOf<Remote<typeof Till>['book']>().toEqualTypeOf<(booking: till.IBooking) => Promise<till.IBalance>>();
  expectTypeOf<Parameters<ServiceMethods<till.Till>['book']>>().toEqualTypeOf<[request: till.IBooking]>();
  expectTypeOf<keyof ServiceMethods<till.Till>>().toEqualTypeOf<
    'book' | 'readBalance' | 'reset' | 'bookings' | 'bookAll'
  >();
});

test('a class that does not do what the service says is an error', () => {
  // @ts-expect-error readBalance() and the other methods are missing
  class Short extends Actor implements ServiceMethods<till.Till> {
    book(): till.IBalance {
      return {};
    }
  }
  class Wrong implements Pick<ServiceMethods<till.Till>, 'book'> {
    // @ts-expect-error the total is a number
    book(): { total: string } {
      return { total: '1' };
    }
  }
  void [Short, Wrong];
});
