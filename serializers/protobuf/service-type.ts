import { misuse } from '../../core/seam/errors.ts';
import { fieldsOf } from './fields-of.ts';
import type { MessageClass } from './message-registry.ts';

/** A message type of a service, with the parts for converting plain objects. */
export interface ServiceType {
  readonly fullName: string;
  /** The prototype of messages of this type. */
  readonly prototype: object;
  /** Whether it has no fields, like `google.protobuf.Empty`: then the message may also be omitted. */
  readonly isEmpty: boolean;
  /** Describes what is wrong with a plain object; `null` when nothing is. */
  verify(fields: Record<string, unknown>): string | null;
  fromObject(fields: Record<string, unknown>): object;
}

/**
 * Returns the message type of this name for a service.
 *
 * @throws {@link TypeError} `MISUSE` when its class was generated without conversion from plain objects.
 */
export function serviceType(fullName: string, type: MessageClass): ServiceType {
  if (type.verify === undefined || type.fromObject === undefined) {
    throw misuse(
      `The class given for ${fullName} was generated without verify and fromObject, which its service needs: ` +
        'generate it without --no-verify and --no-convert',
    );
  }
  return {
    fullName,
    prototype: type.prototype,
    isEmpty: fieldsOf(type.prototype).length === 0,
    verify: (fields) => type.verify?.(fields) ?? null,
    fromObject: (fields) => type.fromObject?.(fields) ?? {},
  };
}
