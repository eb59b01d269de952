/**
 * Large models are prepared in a thread of their own, one a model, while the engine's thread goes on with its steps; what it
 * gets is a session that is ready to run. The thread ends with it, and all that was read and converted goes with the thread.
 *
 * A model of few bytes is prepared in the engine's thread: that takes less than a thread takes to start.
 */
import { once } from 'node:events';
import { NeuralError, type NeuralErrorCode } from '@fathom/neural/errors';
import { weightFileBytes } from '@fathom/neural/models/model-weights';
import { onnxFileBytes } from '@fathom/neural/models/onnx-folder';
import { ortLibrary } from '@fathom/neural/runtime/ort-library';
import { startThread } from '@fathom/platform/worker-thread';
import { type JobOf, type Kind, type PreparedOf, preparations } from './model-preparations.ts';

/** What such a thread is started with. */
export interface LoaderTask {
  readonly kind: Kind;
  readonly job: unknown;
}

/** What it says before it ends. */
export type FromLoader =
  | { readonly kind: 'prepared'; readonly prepared: unknown }
  /** `code` is absent where it is nothing that the model is refused for. */
  | { readonly kind: 'failed'; readonly code?: NeuralErrorCode | undefined; readonly message: string };

/** Some 50 ms of reading and converting. */
const leastBytesForThread = 16 * 1024 ** 2;

/** All throw a `NeuralError` that names the file and what is wrong with it. */
export const prepareBeside = {
  decoder: beside('decoder', ({ folder }) => weightFileBytes(folder)),
  export: beside('export', ({ path }) => onnxFileBytes(path)),
  deviceExport: beside('deviceExport', ({ path }) => onnxFileBytes(path)),
  textReader: beside('textReader', ({ folder }) => weightFileBytes(folder)),
  /** One model, of 28 MB. */
  sentenceEncoder: (job: JobOf<'sentenceEncoder'>) => inThread('sentenceEncoder', job),
};

function beside<Of extends Kind>(kind: Of, bytesOf: (job: JobOf<Of>) => Promise<number>) {
  const prepareHere = preparations[kind] as (job: JobOf<Of>) => Promise<PreparedOf<Of>>;
  return async (job: JobOf<Of>): Promise<PreparedOf<Of>> =>
    (await bytesOf(job)) < leastBytesForThread ? prepareHere(job) : inThread(kind, job);
}

async function inThread<Of extends Kind>(kind: Of, job: JobOf<Of>): Promise<PreparedOf<Of>> {
  // The library must not leave with the thread that made the session.
  ortLibrary();
  const task: LoaderTask = { kind, job };
  const thread = startThread(new URL('./model-loader-thread.ts', import.meta.url), { workerData: task });
  const ended = once(thread, 'exit');
  const [message] = (await Promise.race([
    once(thread, 'message'),
    ended.then(([code]) => [{ kind: 'failed', message: `the thread that loads it ended with ${code}` }]),
  ])) as [FromLoader];
  await ended;
  if (message.kind === 'prepared') return message.prepared as PreparedOf<Of>;
  if (message.code === undefined) throw new Error(message.message);
  throw new NeuralError(message.code, message.message);
}
