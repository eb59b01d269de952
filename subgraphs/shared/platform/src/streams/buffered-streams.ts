import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Backoff } from '../backoff.ts';
import { AppError, raisePlatform } from '../errors.ts';
import { AppendQueue } from './append-queue.ts';
import type { StreamAppend, StreamBuffer } from './stream-buffer.ts';
import { StreamFollower } from './stream-follower.ts';
import type { StreamPage, StreamStore } from './stream-store.ts';
import { StreamTails } from './stream-tails.ts';

export interface BufferedStreamsOptions {
  readonly store: StreamStore;
  /** Begins the append ids, and names this process to the store, which leaves its own appends out of `watch`. */
  readonly producerId: string;
  readonly logger: Logger;
  /** How long appends and followers wait for a store that is down before they fail. */
  readonly retryForMs?: number;
  /** How long a lost notification of another process can delay a follower. */
  readonly pollMs?: number;
  /** Streams that nobody appended to for so long are forgotten. */
  readonly retentionMs?: number;
  readonly expireEveryMs?: number;
  readonly maxTailStreams?: number;
  readonly maxTailEvents?: number;
}

const pageEvents = 256;
const dayMs = 86_400_000;

/** A {@link StreamBuffer} over any store. */
export async function createBufferedStreams(options: BufferedStreamsOptions): Promise<StreamBuffer> {
  const { store, producerId, logger, retryForMs = 15_000, pollMs = 1_000 } = options;
  const tails = new StreamTails({
    maxStreams: options.maxTailStreams ?? 256,
    maxEventsPerStream: options.maxTailEvents ?? 512,
  });
  const followers = new Map<string, Set<StreamFollower>>();
  const queue = new AppendQueue({
    store,
    tails,
    producerId,
    retryForMs,
    onAppended: ({ stream, expectedSequence, payloads, end }) => {
      tails.append(stream, expectedSequence, payloads, end);
      for (const follower of followers.get(stream) ?? []) follower.wake('tail');
    },
    onRefused: ({ stream }) => lookInStore(stream),
  });
  async function append(
    stream: string,
    expectedSequence: number,
    payloads: readonly unknown[],
    { end = false }: { readonly end?: boolean } = {},
  ) {
    const begins = expectedSequence === 1;
    if (begins) tails.begin(stream);
    try {
      await queue.add({
        stream,
        expectedSequence,
        payloads: payloads.map((payload) => JSON.stringify(payload ?? null)),
        end,
        appendId: `${producerId}/${randomUUID()}`,
      });
    } catch (error) {
      // It may have begun elsewhere, or not at all: only the store can say.
      if (begins) lookInStore(stream);
      throw error;
    }
    return { lastSequence: expectedSequence - 1 + payloads.length };
  }

  /** All that can be appended is; then the first refusal is thrown, with all of them in its details. */
  async function appendMany(entries: readonly StreamAppend[]): Promise<void> {
    const settled = await Promise.allSettled(
      entries.map(({ stream, expectedSequence, payloads, end = false }) =>
        append(stream, expectedSequence, payloads, { end }),
      ),
    );
    const errors = settled
      .filter((result) => result.status === 'rejected')
      .map(({ reason }) => reason as unknown);
    const [first] = errors;
    if (first === undefined) return;
    if (errors.length === 1 || !(first instanceof AppError) || first.code !== 'CONFLICT') throw first;
    const refusals = errors.filter((error) => error instanceof AppError).map(({ details }) => details);
    throw raisePlatform('CONFLICT', {
      because: `${refusals.length} of ${entries.length} streams refused`,
      details: { streams: refusals.map(({ stream }) => stream), refusals },
      cause: first,
    });
  }

  async function read(stream: string, afterSequence: number, limit: number) {
    const { events, head } = await store.read(stream, afterSequence, limit);
    const last = events.at(-1)?.sequence ?? afterSequence;
    return { events, ended: head?.ended === true && last >= head.lastSequence };
  }

  async function readPatiently(
    stream: string,
    afterSequence: number,
    isWanted: () => boolean,
  ): Promise<StreamPage> {
    const backoff = new Backoff({ firstMs: 50, maxMs: 1_000 });
    const giveUpAt = performance.now() + retryForMs;
    for (;;) {
      try {
        // Watched first and read then: what is appended in between is noticed.
        await store.watch(lookInStore);
        return await store.read(stream, afterSequence, pageEvents);
      } catch (error) {
        const mayRetry = error instanceof AppError && error.retryable && performance.now() < giveUpAt;
        if (!mayRetry || !isWanted()) throw error;
        await pause(backoff.next());
      }
    }
  }

  /** Somebody else appends to the stream: what memory has of it would grow stale. */
  function lookInStore(stream: string): void {
    tails.forget(stream);
    for (const follower of followers.get(stream) ?? []) follower.wake('store');
  }

  function follow(stream: string, afterSequence: number, signal: AbortSignal): StreamFollower {
    const follower = new StreamFollower({
      afterSequence,
      signal,
      tailAfter: (sequence) => {
        const events = tails.after(stream, sequence);
        return events && { events, ended: tails.hasEnded(stream) };
      },
      read: (sequence, isWanted) => readPatiently(stream, sequence, isWanted),
      goneError: () => raisePlatform('NOT_FOUND', { because: `stream ${stream} is not kept any longer` }),
      onClose: (closed) => leave(stream, closed),
    });
    if (signal.aborted) return follower;
    const others = followers.get(stream);
    if (others) others.add(follower);
    else followers.set(stream, new Set([follower]));
    return follower;
  }

  function leave(stream: string, follower: StreamFollower): void {
    const remaining = followers.get(stream);
    remaining?.delete(follower);
    if (remaining?.size === 0) followers.delete(stream);
  }

  /** One query for all who wait, in case a notification got lost or a stream was deleted. */
  async function poll(): Promise<void> {
    const waiting = [...followers].filter(([, group]) => [...group].some((follower) => follower.waiting));
    if (waiting.length === 0) return;
    // What this process appends to itself it need not be told.
    if (waiting.some(([stream]) => !tails.get(stream))) await store.watch(lookInStore);
    const heads = await store.heads(waiting.map(([stream]) => stream));
    for (const [stream, group] of waiting) {
      const head = heads.get(stream);
      for (const follower of group) {
        const hasMore = head && (head.lastSequence > follower.cursor || head.ended);
        const isGone = !head && follower.cursor > 0;
        if (follower.waiting && (hasMore || isGone)) follower.wake('store');
      }
    }
  }
  async function expire(): Promise<void> {
    try {
      const expired = await store.expire(options.retentionMs ?? dayMs);
      if (expired > 0) logger.info({ expired }, 'old streams were forgotten');
    } catch (error) {
      logger.warn({ err: error }, 'old streams could not be forgotten; the next round tries again');
    }
  }
  let expiring: Promise<void> = Promise.resolve();
  const expirer = setInterval(() => {
    expiring = expiring.then(expire);
  }, options.expireEveryMs ?? 600_000).unref();

  let polling: Promise<void> = Promise.resolve();
  const poller = setInterval(() => {
    polling = polling.then(poll).catch((error: unknown) => {
      logger.debug({ err: error }, 'stream heads could not be read; the next round tries again');
    });
  }, pollMs).unref();

  return {
    implementation: store.implementation,
    begin: (stream) => tails.begin(stream),
    append,
    appendMany,
    read,
    follow,
    expire: (olderThanMs) => store.expire(olderThanMs),
    close: async () => {
      clearInterval(poller);
      clearInterval(expirer);
      await queue.drain();
      for (const group of followers.values()) for (const follower of [...group]) await follower.return();
      await polling;
      await expiring;
      await store.close();
    },
  };
}
