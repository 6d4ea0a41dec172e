/**
 * Renders a picture on the hosts of a cluster: `node render.js SERVERS KEYFILE`. On each machine, run
 * `uactor cluster serve --servers SERVERS --namespace farm --authkey-file KEYFILE --modules actors.js`. The picture is complete even if
 * you kill one of these hosts meanwhile.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { isMain, type Remote, UActorError } from 'uactor';
import { Cluster } from 'uactor/cluster';
import { Renderer } from './actors.ts';

const [WIDTH, HEIGHT] = [100, 60];
const RENDERERS = 6;

if (isMain(import.meta)) {
  const [, , servers = 'localhost:4222', keyFile = 'key'] = process.argv;
  const authkey = readFileSync(keyFile, 'utf8').trim();
  await using cluster = await Cluster.connect({ servers, namespace: 'farm', authkey });
  const names = Array.from({ length: RENDERERS }, (_, number) => `renderer-${number}`);
  const farm = Renderer.with({ restart: 'always' });
  const renderers = await Promise.all(names.map(async (name) => await cluster.spawn(farm, name)));
  const todo = Array.from({ length: HEIGHT }, (_, y) => y);
  const picture: string[] = [];
  const work = renderers.map(async (renderer) => {
    for (let y = todo.shift(); y !== undefined; y = todo.shift()) {
      picture[y] = await render(renderer, y);
      console.error(`line ${y}`);
    }
  });
  await Promise.all(work);
  await Promise.all(names.map(async (name) => await cluster.stop(name)));
  console.log(picture.join('\n'));
}

/** Renders a line, again if a call failed. After the death of a host, the next call waits until the renderer runs on another host. */
async function render(renderer: Remote<typeof Renderer>, y: number): Promise<string> {
  for (;;) {
    try {
      return await renderer.line(y, WIDTH, HEIGHT);
    } catch (error) {
      if (!(error instanceof UActorError) || error.executed === 'yes') throw error;
      await pause(100);
    }
  }
}
