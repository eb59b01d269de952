import type { ModelFolder } from '@fathom/neural/models/model-folder';
import { createDecoderSession } from '@fathom/neural/serving/decoder-session';
import { encodePrompt, stopTokenIds } from '@fathom/neural/tokenizers/chat-template';
import type { Conversation } from '@fathom/neural/training/examples-file';
import { argmax } from './generate.ts';

const slots = 8;

/**
 * How many examples' completions greedy decoding gives. White space at the ends does not count. An
 * example is abandoned at its first token that leaves the expected text, so a wrong answer costs little.
 */
export async function countExactMatches(
  model: ModelFolder,
  examples: Iterable<Conversation> | AsyncIterable<Conversation>,
  options: { readonly threads: number },
): Promise<number> {
  const { config, weights } = model;
  const capacity = config.maxPositions;
  const session = await createDecoderSession({
    config,
    weights,
    maxSlots: slots,
    capacity,
    precision: 'fp32',
    ...options,
  });
  try {
    let matches = 0;
    for await (const example of examples) {
      if (await answersExactly(session, model, example)) matches += 1;
    }
    return matches;
  } finally {
    await session.release();
  }
}

async function answersExactly(
  session: Awaited<ReturnType<typeof createDecoderSession>>,
  model: ModelFolder,
  { prompt, completion }: Conversation,
): Promise<boolean> {
  const { tokenizer } = model;
  const stops = new Set(stopTokenIds(model));
  const ids = encodePrompt({ ...model, messages: [{ role: 'user', content: prompt }] });
  const answer: number[] = [];
  let logits = await session.prefill({ slot: 0, tokens: ids, startPosition: 0 });
  for (;;) {
    const token = argmax(logits);
    if (stops.has(token)) return tokenizer.decode(answer).trim() === completion.trim();
    answer.push(token);
    const length = ids.length + answer.length - 1;
    if (!couldBecome(tokenizer.decode(answer), completion) || length + 1 >= session.capacity) return false;
    logits = await session.decode({ slots: [0], tokens: [token], lengths: [length] });
  }
}

/** A tail of replacement characters is a character that is not complete yet. */
function couldBecome(text: string, expected: string): boolean {
  const settled = text.trimStart().replace(/\uFFFD+$/, '');
  return expected.trim().startsWith(settled.trimEnd()) || settled.trim() === expected.trim();
}
