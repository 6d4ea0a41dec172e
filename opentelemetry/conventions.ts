import type { Attributes } from '@opentelemetry/api';
import { RemoteError, UActorError } from '../index.ts';

/** The called member, as interceptors receive it at both sides. */
export interface CalledMember {
  readonly actor: string | undefined;
  readonly typeid: string;
  readonly member: string | undefined;
}

/** Without a class name, a session names the actor's address, which would create a different span name for each process. */
const CLASS_NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** Returns the attribute `rpc.method`, which is also the span's name: the service and the member, `Counter/increment`. */
export function methodOf({ actor, typeid, member = 'getValue()' }: CalledMember): string {
  const service = typeid === 'actor' && actor !== undefined && CLASS_NAME.test(actor) ? actor : typeid;
  return `${service}/${member.replace(/\(\)$/, '')}`;
}

/** Returns the attributes for the address at which the actor listens. */
export function serverOf(address: string | undefined): Attributes {
  if (address === undefined || !URL.canParse(address)) return {};
  const { hostname, port, pathname } = new URL(address);
  if (hostname === '') return { 'server.address': pathname };
  return { 'server.address': hostname, ...(port !== '' && { 'server.port': Number(port) }) };
}

/** Returns the attribute `error.type`: the code of an error of this library, or the class name of any other error. */
export function errorType(error: unknown): string {
  if (error instanceof UActorError && !(error instanceof RemoteError)) return error.code;
  return error instanceof Error ? error.name : '_OTHER';
}

/** The histogram boundaries that OpenTelemetry's conventions recommend for the durations of calls, in seconds. */
export const DURATION_BOUNDARIES: number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];
