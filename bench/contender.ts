import { type ActorOptions, release, type Remote } from 'uactor';
import { Bare, type BareCarrier } from './bare.ts';
import { Counter } from './counter.ts';
import { Raw, type RawCarrier } from './raw.ts';

/** The measured serializers, by the names with which actors select them. To measure another one, add it here. */
export const SERIALIZERS = ['superjson', 'msgpack', 'protobuf'] as const;
export type SerializerName = (typeof SERIALIZERS)[number];

/** The ways to reach the actor, all on this machine: `tcp` with TLS, `tcp-plain` unencrypted. */
export const TRANSPORTS = ['pipe', 'ipc', 'tcp', 'tcp-plain'] as const;
export type TransportName = (typeof TRANSPORTS)[number];

/** A measured way to make calls. */
export interface Contender {
  readonly name: string;
  /** The called process. */
  readonly pid: number;
  add(a: number, b: number): Promise<unknown>;
  /** @param bytes - the size of the value, for contenders that send frames of that size instead. */
  echo(value: unknown, bytes: number): Promise<unknown>;
  close(): Promise<void>;
}

/** An actor as a contender, with its proxy for other measurements. */
export interface ActorContender extends Contender {
  readonly actor: Remote<typeof Counter>;
}

/** Returns the options of actors that are reached over this transport. */
export function optionsFor(serializer: SerializerName, transport: TransportName): ActorOptions {
  const network: ActorOptions = {
    serializer,
    address: 'tcp://127.0.0.1:0',
    transport: { tcp: { encryption: transport === 'tcp' } },
  };
  return transport.startsWith('tcp') ? network : { serializer };
}

/** Starts an actor and opens a connection of this kind to it. */
export async function openActor(serializer: SerializerName, transport: TransportName): Promise<ActorContender> {
  const options = optionsFor(serializer, transport);
  const own = await Counter.with(options).spawn();
  const address = own.connectionAddress;
  if (transport !== 'pipe' && address === undefined) throw new Error('the actor listens nowhere');
  const actor =
    transport === 'pipe' || address === undefined
      ? own
      : await Counter.with(options).connect(address, { ownConnection: true });
  // The owner already has the pipe: calls that share it would be measured under another transport's name.
  if (actor !== own && (await own.sessions()) < 2)
    throw new Error(`the calls over ${transport} would go over the pipe`);
  return {
    name: `${serializer} · ${transport}`,
    actor,
    pid: await own.pid(),
    add: (a, b) => actor.add(a, b),
    echo: (value) => actor.echo(value),
    close: async () => {
      if (actor !== own) release(actor);
      await own.shutdown();
    },
  };
}

/** Opens frames without calls; over the pipe it is the reference. */
export async function openRaw(carrier: RawCarrier): Promise<Contender> {
  const raw = await Raw.open(carrier);
  return {
    name: carrier === 'pipe' ? 'raw' : `raw · ${carrier}`,
    pid: raw.pid,
    add: () => raw.roundTrip(),
    echo: (_value, bytes) => raw.roundTrip(bytes),
    close: () => raw.close(),
  };
}

/**
 * Opens calls without features. Over the pipe they are the reference for everything on this machine, over TCP that for TCP. Over
 * TLS they show the share of Node's own `tls`.
 */
export async function openBare(carrier: BareCarrier = 'pipe'): Promise<Contender & { readonly bare: Bare }> {
  const bare = await Bare.open(carrier);
  return {
    name: carrier === 'pipe' ? 'bare' : `bare · ${carrier}`,
    bare,
    pid: bare.pid,
    add: (a, b) => bare.add(a, b),
    echo: (value) => bare.echo(value),
    close: () => bare.close(),
  };
}
