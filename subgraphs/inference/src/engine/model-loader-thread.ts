/** Prepares one model, says what came of it, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { NeuralError } from '@fathom/neural/errors';
import type { FromLoader, LoaderTask } from './model-loader.ts';
import { preparations } from './model-preparations.ts';

parentPort?.postMessage(await prepare(workerData as LoaderTask));

async function prepare({ kind, job }: LoaderTask): Promise<FromLoader> {
  const prepareThis = preparations[kind] as (job: unknown) => Promise<unknown>;
  try {
    return { kind: 'prepared', prepared: await prepareThis(job) };
  } catch (error) {
    return error instanceof NeuralError
      ? { kind: 'failed', code: error.code, message: error.message }
      : { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}
