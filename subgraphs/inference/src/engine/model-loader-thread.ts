/** Prepares one model, says what came of it, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { NeuralError } from '@fathom/neural/errors';
import { type DecoderJob, prepareDecoder } from '@fathom/neural/serving/prepare-decoder';
import type { FromLoader } from './model-loader.ts';

parentPort?.postMessage(await prepare(workerData as DecoderJob));

async function prepare(job: DecoderJob): Promise<FromLoader> {
  try {
    return { kind: 'prepared', prepared: await prepareDecoder(job) };
  } catch (error) {
    return error instanceof NeuralError
      ? { kind: 'failed', code: error.code, message: error.message }
      : { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}
