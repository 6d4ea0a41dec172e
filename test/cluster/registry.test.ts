import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import { NatsRegistry } from '../../cluster/nats-registry.ts';
import { type Bucket, RevisionConflict } from '../../cluster/registry.ts';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';
import { scratch } from '../support/leaks.ts';
import { BrokerProcess, newest } from './broker-process.ts';

const value = (text: string): Uint8Array => Buffer.from(text);

async function texts(bucket: Bucket): Promise<readonly string[]> {
  return (await bucket.entries()).map(({ key, value: bytes }) => `${key} ${Buffer.from(bytes).toString()}`).toSorted();
}

test('U70 records in JetStream change only at the revision that is named, and are listed and watched as they are', async () => {
  const folder = mkdtempSync(join(scratch, 'registry-'));
  await using broker = await BrokerProcess.start(newest, '-js', '-sd', folder);
  const options = { brokers: { servers: broker.address }, namespace: 'records', replicas: 1, timeoutMs: 5_000 };
  const [one, other] = [await NatsRegistry.connect(options), await NatsRegistry.connect(options)];
  const seen: string[] = [];
  const stop = other.names.watch({
    restarted: () => void seen.push('restarted'),
    changed: ({ key, value: bytes }) => void seen.push(`${key} ${Buffer.from(bytes).toString()}`),
    deleted: (key) => void seen.push(`${key} deleted`),
  });
  await eventually(() => expect(seen).toEqual(['restarted']));
  const first = await one.names.create('a', value('1'));
  expect(await failure(other.names.create('a', value('2')))).toBeInstanceOf(RevisionConflict);
  const second = await other.names.update('a', value('2'), first);
  expect(second).toBeGreaterThan(first);
  expect(await failure(one.names.update('a', value('3'), first))).toBeInstanceOf(RevisionConflict);
  expect(await failure(one.names.delete('a', first))).toBeInstanceOf(RevisionConflict);
  expect(await one.names.get('a')).toMatchObject({ key: 'a', revision: second });
  await one.names.create('b', value('1'));
  expect(await texts(other.names)).toEqual(['a 2', 'b 1']);
  await one.names.delete('a', second);
  expect(await other.names.get('a')).toBeUndefined();
  expect(await texts(other.names)).toEqual(['b 1']);
  expect(await failure(one.names.update('a', value('3'), second))).toBeInstanceOf(RevisionConflict);
  // The revisions of a record that is created again continue.
  expect(await other.names.create('a', value('4'))).toBeGreaterThan(second);
  expect(await one.hosts.entries()).toEqual([]);
  await eventually(() => expect(seen).toEqual(['restarted', 'a 1', 'a 2', 'b 1', 'a deleted', 'a 4']));
  stop();
  await Promise.all([one.close(), other.close()]);
});

test('U70 records are read from the leader only, have at most 512 KiB, and get a new bucket when the brokers lost it', async () => {
  const folder = mkdtempSync(join(scratch, 'registry-'));
  await using broker = await BrokerProcess.start(newest, '-js', '-sd', folder);
  const options = { brokers: { servers: broker.address }, namespace: 'lost', replicas: 1, timeoutMs: 5_000 };
  const registry = await NatsRegistry.connect(options);
  const { names } = registry;
  const outside = await connect({ servers: broker.address });
  const { streams } = await jetstreamManager(outside);
  const { config } = await streams.info('KV_ua_lost_names');
  expect(config).toMatchObject({ allow_direct: false, max_msg_size: 512 * 1024, max_msgs_per_subject: 1 });
  expect(await failure(names.create('large', new Uint8Array(600_000)))).toBeInstanceOf(Error);
  await names.create('a', value('1'));
  const before = await registry.storage();
  await streams.delete('KV_ua_lost_names');
  // The failed write shows that the bucket is gone.
  await eventually(async () => await names.create('a', value('2')));
  expect(await texts(names)).toEqual(['a 2']);
  expect(await registry.storage()).toBeGreaterThan(before);
  await outside.close();
  await registry.close();
});
