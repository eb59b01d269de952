/** The thread of `sentence-encoder.ts`. Messages: EncoderRequest in, EncoderReply out. */
import { parentPort } from 'node:worker_threads';
import { releasedModelFolder } from '@fathom/neural/sentence-encoder/released-model';
import { openSentenceEncoder } from '@fathom/neural/sentence-encoder/sentence-encoder';
import type { EncoderReply, EncoderRequest } from './sentence-encoder.ts';

if (!parentPort) throw new Error('encoder-thread runs as a worker thread only.');
const port = parentPort;
const send = (reply: EncoderReply): void => port.postMessage(reply);

/** A question is computed in a few milliseconds by one thread; the other cores are for the models that answer. */
const encoder = await openSentenceEncoder(releasedModelFolder, { threads: 1 });

port.on('message', ({ id, texts }: EncoderRequest) => {
  encoder
    .embed(texts.map((text) => encoder.tokenize(text)))
    .then((vectors) => send({ kind: 'embedded', id, vectors }))
    .catch((error: unknown) =>
      send({ kind: 'failed', id, message: error instanceof Error ? error.message : String(error) }),
    );
});
send({ kind: 'ready' });
