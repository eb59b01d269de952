/** The thread that forms are tried in: one that takes for ever, or takes the library down, stops nothing else. */

import { parentPort } from 'node:worker_threads';
import type { ResponseFormat } from '../domain/response-format.ts';
import type { CheckReply } from './grammar-checker.ts';
import { GrammarInvalidError, GrammarSet } from './grammar-set.ts';

if (!parentPort) throw new Error('check-worker runs as a worker thread only.');
const port = parentPort;
// Whether a form can be compiled does not depend on the vocabulary: a token a byte will do.
const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
const grammars = new GrammarSet({ tokens: [...bytes, new Uint8Array()], stopTokenIds: [256] });

port.on('message', (format: ResponseFormat) => {
  void check(format).then((reply) => port.postMessage(reply));
});

async function check(format: ResponseFormat): Promise<CheckReply> {
  try {
    await grammars.check(format);
    return { kind: 'valid' };
  } catch (error) {
    if (error instanceof GrammarInvalidError) return { kind: 'invalid', reason: error.message };
    throw error;
  }
}
