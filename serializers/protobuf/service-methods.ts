/**
 * The methods of an actor that a service describes, derived from the class that `pbjs` and `pbts` generated for the service. Use
 * it with `implements`: requests and results are plain objects or messages.
 *
 * @example
 * class Till extends Actor implements Pick<ServiceMethods<till.Till>, 'book'> {
 *   static override readonly module = import.meta.url;
 *   #total = 0;
 *   book(booking: till.IBooking) {
 *     return { total: (this.#total += Number(booking.amount ?? 0)) };
 *   }
 * }
 */
export type ServiceMethods<Service> = {
  readonly [Name in keyof Service as Service[Name] extends Generated ? Name : never]: MethodOf<Service[Name]>;
};

/** The generator's declaration of a method, besides its two signatures, of which `infer` finds the last. */
interface Generated {
  readonly path: string;
  readonly requestType: string;
  readonly responseType: string;
}

type MethodOf<Method> = Method extends (request: infer Request) => Promise<infer Response>
  ? (request: RequestOf<Method, Request>) => ResponseOf<Method, Fields<Response>>
  : never;

type RequestOf<Method, Request> = Method extends { readonly requestStream: true }
  ? AsyncIterableIterator<Request>
  : Request;

type ResponseOf<Method, Response> = Method extends { readonly responseStream: true }
  ? AsyncIterableIterator<Response>
  : OrNothing<Response> | Promise<OrNothing<Response>>;

/** A message without fields may be omitted. */
type OrNothing<Response> = [keyof Response] extends [never] ? Response | void : Response;

/** The fields of a message without the members of its class. */
type Fields<Message> = {
  [Name in keyof Message as Message[Name] extends (...args: never) => unknown ? never : Exclude<Name, '$unknowns'>]?:
    | Message[Name]
    | null;
};
