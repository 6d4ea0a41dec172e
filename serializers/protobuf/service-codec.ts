import type { CalledMethod, CodecContext } from '../../core/seam/serializer.ts';
import { ProtobufCodec } from './codec.ts';
import type { MessageRegistry } from './message-registry.ts';
import { ServiceCalls } from './service-calls.ts';
import type { ActorService } from './service.ts';

/** The codec of a schema with services: arguments and results of their methods are sent as messages. */
export class ServiceCodec extends ProtobufCodec {
  readonly #calls: ServiceCalls;

  constructor(context: CodecContext, messages: MessageRegistry, services: readonly ActorService[]) {
    super(context, messages);
    this.#calls = new ServiceCalls(services);
  }

  prepareArguments(args: readonly unknown[], called: CalledMethod): readonly unknown[] {
    return this.#calls.prepareArguments(args, called);
  }

  prepareResult(result: unknown, called: CalledMethod): unknown {
    return this.#calls.prepareResult(result, called);
  }
}
