/**
 * Calls over something that only carries messages: numbers them, and gives each answer to whoever waits for it.
 *
 * @param send - sends a message to the other side
 */
export function makeReplies(send) {
  let next = 0;
  const waiting = new Map();
  return {
    call: (method, args) =>
      new Promise((resolve) => {
        const id = next++;
        waiting.set(id, resolve);
        send({ id, method, args });
      }),
    answer: ({ id, result }) => {
      waiting.get(id)(result);
      waiting.delete(id);
    },
  };
}
