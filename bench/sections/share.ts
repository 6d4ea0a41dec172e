import { timeCalls } from '../clock.ts';
import { openActor } from '../contender.ts';
import { compete, type Entrant, type Setting } from '../contest.ts';
import { CALL_VALUES, chosenValues } from '../values.ts';
import { coderOf, timeCoder } from './serializers.ts';

/**
 * The share of serialization in a call: the time to encode and decode arguments and result, relative to the whole call, one at a
 * time over the pipe.
 */
export async function measureShare(setting: Setting): Promise<void> {
  const { options } = setting;
  const contenders = await Promise.all(options.serializers.map((name) => openActor(name, 'pipe')));
  for (const { name, make } of chosenValues(CALL_VALUES, options.values)) {
    const value = make();
    const entrants = options.serializers.map((serializer, index): Entrant => {
      const coder = coderOf(serializer);
      return async () => {
        const there = timeCoder(coder, [value], options.sampleMs / 4);
        const back = timeCoder(coder, value, options.sampleMs / 4);
        const { p50Us } = await timeCalls(async () => contenders[index]?.echo(value, 0), options.sampleMs);
        const serializing = there.encodeUs + there.decodeUs + back.encodeUs + back.decodeUs;
        const subject = { section: 'share', measure: `echo of ${name}`, contender: serializer } as const;
        return [{ ...subject, unit: '%', better: 'lower', value: (100 * serializing) / p50Us }];
      };
    });
    await compete(name, entrants, setting);
  }
  for (const contender of contenders) await contender.close();
}
