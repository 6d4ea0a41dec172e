import { MIB, mib } from './figures.mjs';

/** A message is in memory as its sender's encoding, its received bytes, and the value. */
const MAX_RISE = 3;
/** The other memory of the processes: written pieces, and what the allocator keeps. */
const SPARE_BYTES = 128 * MIB;

/** One large message, and then many pieces: all arrive unchanged, and memory stays within a few times the largest message. */
export async function manyBytes(scene, { large, total }) {
  const [client] = await scene.clients(1);
  const before = await scene.actor.peakMemory();
  const message = await client.run('sendLarge', { bytes: large * MIB });
  const afterMessage = await scene.actor.peakMemory();
  const pieces = await client.run('sendPieces', { pieces: total, bytes: MIB });
  const afterPieces = await scene.actor.peakMemory();
  const bound = MAX_RISE * large * MIB + SPARE_BYTES;
  return [
    {
      what: `one message of ${large} MiB, there and back`,
      found: message.same ? 'the same' : 'another',
      wrong: !message.same,
    },
    { what: 'its rate, both ways', found: `${((2 * large * 1000) / message.ms).toFixed(0)} MiB/s` },
    { what: `${total} pieces of 1 MiB`, found: pieces.same ? 'the same' : 'others', wrong: !pieces.same },
    { what: 'their rate', found: `${((total * 1000) / pieces.ms).toFixed(0)} MiB/s` },
    {
      what: 'most memory of the actor above the start (at most 3 × the message and 128 MiB)',
      found: `${mib(afterMessage - before)} after the message, ${mib(afterPieces - before)} after the pieces`,
      wrong: afterPieces - before > bound,
    },
    {
      what: 'most memory of the client above the start',
      found: mib(pieces.rise),
      wrong: pieces.rise > bound + large * MIB, // it also has the value that it sent
    },
  ];
}
