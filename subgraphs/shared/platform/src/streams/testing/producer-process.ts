/**
 * A producer in a process of its own, to be killed: appends numbers to a stream, one every few milliseconds, and tells
 * its parent of each.
 */
import { setTimeout as pause } from 'node:timers/promises';
import pino from 'pino';
import { openDatabase } from '../../database/database.ts';
import { AppError } from '../../errors.ts';
import { openStreamBuffer } from '../open-stream-buffer.ts';

export interface ProducerProcessConfiguration {
  /** Unless there is Redis. */
  readonly databaseUrl?: string | undefined;
  readonly redisUrl?: string | undefined;
  readonly stream: string;
  readonly firstSequence: number;
  /** The stream ends after so many of its own; without it the producer goes on until it is killed. */
  readonly events?: number;
}

const configuration: ProducerProcessConfiguration = JSON.parse(process.argv[2] ?? '{}');
const { databaseUrl, redisUrl, stream, events } = configuration;
const logger = pino({ level: 'silent' });
const database = databaseUrl
  ? await openDatabase({ url: databaseUrl, schema: 'test', applicationName: 'producer', logger })
  : undefined;
const streams = await openStreamBuffer({ redisUrl, database, logger });

const append = (sequence: number, end: boolean) =>
  streams.append(stream, sequence, [{ n: sequence, by: process.pid }], { end });

/** What a predecessor that was killed had sent can still come to be stored after its stream was read. */
async function firstFree(): Promise<number> {
  try {
    await append(configuration.firstSequence, false);
    return configuration.firstSequence;
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'CONFLICT')) throw error;
    const sequence = Number(error.details['lastSequence']) + 1;
    await append(sequence, false);
    return sequence;
  }
}

const first = await firstFree();
for (let sequence = first; ; sequence++) {
  const end = events !== undefined && sequence === first + events - 1;
  if (sequence > first) await append(sequence, end);
  process.send?.({ appended: sequence, end });
  if (end) break;
  await pause(2);
}
await streams.close();
await database?.close();
