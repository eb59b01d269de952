/**
 * A producer in a process of its own, to be killed: appends numbers to a stream, one every few milliseconds, and tells
 * its parent of each.
 */
import { setTimeout as pause } from 'node:timers/promises';
import pino from 'pino';
import { openDatabase } from '../../database/database.ts';
import { openStreamBuffer } from '../open-stream-buffer.ts';

export interface ProducerProcessConfiguration {
  /** Unless there is Redis. */
  readonly databaseUrl?: string | undefined;
  readonly redisUrl?: string | undefined;
  readonly stream: string;
  readonly firstSequence: number;
  /** The stream ends with this one; without it the producer goes on until it is killed. */
  readonly endAt?: number;
}

const configuration: ProducerProcessConfiguration = JSON.parse(process.argv[2] ?? '{}');
const { databaseUrl, redisUrl, stream, firstSequence, endAt } = configuration;
const logger = pino({ level: 'silent' });
const database = databaseUrl
  ? await openDatabase({ url: databaseUrl, schema: 'test', applicationName: 'producer', logger })
  : undefined;
const streams = await openStreamBuffer({ redisUrl, database, logger });

for (let sequence = firstSequence; ; sequence++) {
  const end = sequence === endAt;
  await streams.append(stream, sequence, [{ n: sequence, by: process.pid }], { end });
  process.send?.({ appended: sequence });
  if (end) break;
  await pause(2);
}
await streams.close();
await database?.close();
