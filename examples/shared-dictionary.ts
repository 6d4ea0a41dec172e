/** Several processes share one dictionary: each process writes a forecast, and all of them can read it. */
import { Actor, type DictProxy, isMain, SyncManager } from 'uactor';

const CITIES = ['Bern', 'Oslo', 'Quito'];

export class Forecaster extends Actor {
  static override readonly module: string = import.meta.url;

  /** Puts its forecast into the dictionary, and returns the number of forecasts. */
  async forecast(city: string, forecasts: DictProxy<string, string>): Promise<number> {
    using shared = forecasts; // released when the method ends
    await shared.set(city, city.includes('o') ? 'rain' : 'sun');
    return await shared.size;
  }
}

if (isMain(import.meta)) {
  await using manager = await SyncManager.start();
  const forecasts = await manager.dict<string, string>();
  const actors = await Promise.all(CITIES.map(() => Forecaster.spawn()));
  await Promise.all(actors.map((actor, index) => actor.forecast(CITIES[index] ?? '', forecasts)));
  for (const city of CITIES) console.log(`${city}: ${await forecasts.get(city)}`);
  await Promise.all(actors.map((actor) => actor.shutdown()));
}
