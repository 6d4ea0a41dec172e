/**
 * One trace through three processes: a program calls a shop, which calls a warehouse. This module instruments each process, and each
 * process prints its spans as they end. The program prints the lines of the actors with the names of their classes.
 */
import { SpanKind } from '@opentelemetry/api';
import { NodeTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-node';
import { Actor, isMain, type Remote } from 'uactor';
import { instrument } from 'uactor/opentelemetry';

// A real program uses the SDK of @opentelemetry/sdk-node instead, whose exporter sends spans to a collector.
const printer: SpanProcessor = {
  onStart: () => undefined,
  onEnd: (span) => console.log(`${SpanKind[span.kind]} ${span.name} ${span.spanContext().traceId}`),
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};
new NodeTracerProvider({ spanProcessors: [printer] }).register();
const endInstrumentation = instrument();

export class Warehouse extends Actor {
  static override readonly module = import.meta.url;
  stock(item: string): number {
    return item.length;
  }
}

export class Shop extends Actor {
  static override readonly module = import.meta.url;
  async order(warehouse: Remote<typeof Warehouse>, item: string): Promise<string> {
    return (await warehouse.stock(item)) > 0 ? `ordered: ${item}` : `sold out: ${item}`;
  }
}

function log(line: string, { actor }: { actor: string }): void {
  console.log(`${actor}: ${line}`);
}

if (isMain(import.meta)) {
  await using warehouse = await Warehouse.with({ log }).spawn();
  await using shop = await Shop.with({ log }).spawn();
  console.log(await shop.order(warehouse, 'books'));
  endInstrumentation();
}
