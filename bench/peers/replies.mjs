/**
 * Makes calls over a channel that only sends messages: numbers them, and resolves each call with its reply.
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
