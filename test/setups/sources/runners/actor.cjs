const { Actor } = require('uactor');

class Counter extends Actor {
  static module = __filename;
  #count = 0;
  increment(by = 1) {
    return (this.#count += by);
  }
  fail() {
    throw new RangeError('as it should');
  }
}
exports.Counter = Counter;
