const { Actor } = require('uactor');

class Counter extends Actor {
  static module = __filename;
  #count = 0;
  increment(by = 1) {
    return (this.#count += by);
  }
}
exports.Counter = Counter;

async function main() {
  const counter = await Counter.spawn();
  console.log(await counter.increment(3));
  await counter.shutdown();
}

if (require.main === module) void main();
