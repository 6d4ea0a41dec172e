import { SerializerError } from '../../core/seam/errors.ts';
import type { CalledMethod, CodecContext } from '../../core/seam/serializer.ts';
import { ProtobufCodec } from './codec.ts';
import { messageOf } from './message-of.ts';
import type { MessageRegistry } from './message-registry.ts';
import { MessageStream } from './message-stream.ts';
import type { ActorService, ServiceMethod } from './service.ts';

/** A method and the service that describes it. */
interface Described extends ServiceMethod {
  /** Its name in errors. */
  readonly label: string;
}

/** The codec of a schema with services: converts arguments and results of actor methods to messages where a service describes them. */
export class ServiceCodec extends ProtobufCodec {
  readonly #services: readonly ActorService[];
  /** By the list of an actor's methods, which is the same for all of its calls. A text says why a method cannot be called. */
  readonly #actors = new WeakMap<readonly string[], Map<string, Described | string>>();

  constructor(context: CodecContext, messages: MessageRegistry, services: readonly ActorService[]) {
    super(context, messages);
    this.#services = services;
  }

  /** Returns the arguments to send: the message first, then the other ones. */
  prepareArguments(args: readonly unknown[], called: CalledMethod): readonly unknown[] {
    const method = this.#find(called);
    if (method === undefined) return args;
    const place = { demand: `${method.label} takes`, path: '$[0]' };
    const [request, ...others] = args;
    return [
      method.requestStream
        ? new MessageStream(request, method.request, place)
        : messageOf(method.request, request, place),
      ...others,
    ];
  }

  /** Returns the result to send. */
  prepareResult(result: unknown, called: CalledMethod): unknown {
    const method = this.#find(called);
    if (method === undefined) return result;
    const place = { demand: `${method.label} gives`, path: '$' };
    return method.responseStream
      ? new MessageStream(result, method.response, place)
      : messageOf(method.response, result, place);
  }

  #find({ typeid, methods, name }: CalledMethod): Described | undefined {
    if (typeid !== 'actor') return undefined;
    let known = this.#actors.get(methods);
    if (known === undefined) {
      known = this.#read(methods);
      this.#actors.set(methods, known);
    }
    const found = known.get(name);
    if (typeof found === 'string') throw new SerializerError(found, { code: 'UNSERIALIZABLE' });
    return found;
  }

  /** Returns the services' descriptions of an actor with these methods. */
  #read(methods: readonly string[]): Map<string, Described | string> {
    const known = new Map<string, Described | string>();
    for (const name of methods) {
      const naming = this.#services.filter((service) => service.methods.has(name));
      const whole = naming.filter((service) => missing(service, methods).length === 0);
      const [service] = whole.length > 0 ? whole : naming;
      const method = service?.methods.get(name);
      if (service === undefined || method === undefined) continue;
      const lacking = missing(service, methods);
      if (lacking.length > 0) known.set(name, incomplete(service, lacking));
      else if (whole.some((other) => !isSame(method, other.methods.get(name)))) known.set(name, ambiguous(whole, name));
      else known.set(name, { ...method, label: `${name}() of the service ${service.fullName}` });
    }
    return known;
  }
}

function missing(service: ActorService, methods: readonly string[]): readonly string[] {
  return [...service.methods.keys()].filter((name) => !methods.includes(name));
}

function isSame(method: ServiceMethod, other: ServiceMethod | undefined): boolean {
  return (
    method.request.fullName === other?.request.fullName &&
    method.response.fullName === other.response.fullName &&
    method.requestStream === other.requestStream &&
    method.responseStream === other.responseStream
  );
}

function incomplete({ fullName }: ActorService, lacking: readonly string[]): string {
  const names = lacking.map((name) => `${name}()`).join(', ');
  return (
    `The service ${fullName} does not describe this actor, which has no ${names}: give the class all methods of the ` +
    'service, or leave them out of the service.'
  );
}

function ambiguous(services: readonly ActorService[], name: string): string {
  const names = services.map(({ fullName }) => fullName).join(' and ');
  return `The services ${names} describe this actor and differ about ${name}(): make a serializer for each of them.`;
}
