/** The fields of the booking in `samples.json`, which `protoc` encoded. */
export const BOOKING = {
  amount: 12.5,
  way: 1,
  items: [{ article: 'Füller', count: -3 }, {}],
  gifts: { pen: { count: 1 } },
  number: 7,
  slip: Buffer.of(0, 255),
  marks: [1, 4_294_967_295],
};
