/**
 * Large models are prepared in a thread of their own, one a model, while the engine's thread goes on with its steps; what it
 * gets is a session that is ready to run. The thread ends with it, and all that was read and converted goes with the thread.
 *
 * A model of few bytes is prepared in the engine's thread: that takes less than a thread takes to start.
 */
import { once } from 'node:events';
import { NeuralError, type NeuralErrorCode } from '@fathom/neural/errors';
import { weightFileBytes } from '@fathom/neural/models/model-weights';
import { ortLibrary } from '@fathom/neural/runtime/ort-library';
import {
  type DecoderJob,
  type PreparedDecoder,
  prepareDecoder,
} from '@fathom/neural/serving/prepare-decoder';
import { startThread } from '@fathom/platform/worker-thread';

/** What such a thread says before it ends. */
export type FromLoader =
  | { readonly kind: 'prepared'; readonly prepared: PreparedDecoder }
  /** `code` is absent where it is nothing that the model is refused for. */
  | { readonly kind: 'failed'; readonly code?: NeuralErrorCode | undefined; readonly message: string };

/** Some 50 ms of reading and converting. */
const leastBytesForThread = 16 * 1024 ** 2;

/** Throws a `NeuralError` that names the file and what is wrong with it. */
export async function prepareBeside(job: DecoderJob): Promise<PreparedDecoder> {
  if ((await weightFileBytes(job.folder)) < leastBytesForThread) return prepareDecoder(job);
  // The library must not leave with the thread that made the session.
  ortLibrary();
  const thread = startThread(new URL('./model-loader-thread.ts', import.meta.url), { workerData: job });
  const ended = once(thread, 'exit');
  const [message] = (await Promise.race([
    once(thread, 'message'),
    ended.then(([code]) => [{ kind: 'failed', message: `the thread that loads it ended with ${code}` }]),
  ])) as [FromLoader];
  await ended;
  if (message.kind === 'prepared') return message.prepared;
  if (message.code === undefined) throw new Error(message.message);
  throw new NeuralError(message.code, message.message);
}
