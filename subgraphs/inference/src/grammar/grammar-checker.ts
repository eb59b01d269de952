/**
 * Tells whether a form can be asked for, before anything is accepted: in a thread of its own, with a limit of time.
 *
 * States: no thread -> idle -> checking, one at a time -> idle | no thread (what took too long was ended with it)
 */
import type { Worker } from 'node:worker_threads';
import { startThread } from '@fathom/platform/worker-thread';
import type { ResponseFormat } from '../domain/response-format.ts';

export type CheckReply = { readonly kind: 'valid' } | { readonly kind: 'invalid'; readonly reason: string };

export interface GrammarCheckerOptions {
  /** What takes longer to compile would hold up the device too long. */
  readonly limitMs: number;
  /** For the thread to be there at all. */
  readonly startLimitMs?: number;
}

export interface GrammarChecker {
  check(format: ResponseFormat): Promise<CheckReply>;
  close(): Promise<void>;
}

const maxKnown = 256;
const valid: CheckReply = { kind: 'valid' };

export function createGrammarChecker({
  limitMs,
  startLimitMs = 30_000,
}: GrammarCheckerOptions): GrammarChecker {
  /** Forms that are valid, the longest unasked first. */
  const known = new Set<string>();
  let worker: Worker | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const open = async (): Promise<Worker> => {
    if (worker) return worker;
    const started = startThread(new URL('./check-worker.ts', import.meta.url), {});
    started.unref();
    started.once('exit', () => {
      if (worker === started) worker = undefined;
    });
    worker = started;
    // The first form also waits for the thread and the library.
    await ask(started, { kind: 'regex', source: 'a' }, startLimitMs);
    return started;
  };

  const checkNow = async (format: ResponseFormat, key: string): Promise<CheckReply> => {
    const isKnown = known.delete(key);
    const reply = isKnown ? valid : await ask(await open(), format, limitMs);
    // What was refused is tried again: it may have been the machine that was slow.
    if (reply.kind === 'valid') known.add(key);
    const [oldest] = known;
    if (known.size > maxKnown && oldest !== undefined) known.delete(oldest);
    return reply;
  };

  return {
    check(format) {
      const key = `${format.kind}:${format.source}`;
      const reply = last.then(() => checkNow(format, key));
      last = reply.catch(() => undefined);
      return reply;
    },
    async close() {
      await worker?.terminate();
    },
  };
}

function ask(worker: Worker, format: ResponseFormat, limitMs: number): Promise<CheckReply> {
  return new Promise((resolve) => {
    const settle = (reply: CheckReply): void => {
      clearTimeout(timer);
      worker.off('message', settle);
      worker.off('exit', onExit);
      worker.off('error', onError);
      resolve(reply);
    };
    const onExit = (): void => settle({ kind: 'invalid', reason: 'It is too large to be compiled.' });
    // Followed by the exit, which settles it.
    const onError = (): void => undefined;
    const timer = setTimeout(() => {
      settle({ kind: 'invalid', reason: `It is too complex: compiling it takes longer than ${limitMs} ms.` });
      void worker.terminate();
    }, limitMs);
    worker.on('message', settle);
    worker.on('exit', onExit);
    worker.on('error', onError);
    worker.postMessage(format);
  });
}
