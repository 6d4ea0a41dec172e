/**
 * The entry for authors of serializers and transports: the two interfaces, the types that they use, and parts of the built-in ones
 * for reuse. See `docs/custom-serializer.md` and `docs/custom-transport.md`.
 *
 * @module uactor/plugin
 */
export { CodecFaults, described } from './core/seam/codec/codec-faults.ts';
export { isPlainArray, isPlainObject, setMember } from './core/seam/codec/traversal.ts';
export {
  ActorUnreachableError,
  AddressInUseError,
  ConnectionLostError,
  MessageTooLargeError,
  SerializerError,
  TransportError,
  UActorError,
  type UActorErrorOptions,
} from './core/seam/errors.ts';
export { DEFAULT_LIMITS, DEFAULT_REMOTE_LIMITS, type Limits, type ProcessLimits } from './core/seam/limits.ts';
export { Output } from './core/seam/output.ts';
export type { CalledMethod, Codec, CodecContext, Extension, Extensions, Serializer } from './core/seam/serializer.ts';
export type * from './core/seam/transport.ts';
