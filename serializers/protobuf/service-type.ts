import { misuse } from '../../core/seam/errors.ts';
import { fieldsOf } from './fields-of.ts';
import type { MessageClass } from './message-registry.ts';

/** A message that a service names: what is needed to make one of a plain object. */
export interface ServiceType {
  readonly fullName: string;
  /** What messages of this type have for a prototype. */
  readonly prototype: object;
  /** Whether it has no fields, as `google.protobuf.Empty`: then nothing at all stands for one, too. */
  readonly isEmpty: boolean;
  /** What is wrong with a plain object, in words, or `null`. */
  verify(fields: Record<string, unknown>): string | null;
  fromObject(fields: Record<string, unknown>): object;
}

/**
 * The message of this name as a service needs it.
 *
 * @throws {@link TypeError} `MISUSE` when its class was generated without what makes messages of plain objects.
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
