/** Answers by greedy decoding: the same weights say the same words. */
import type { ModelFolder } from '@fathom/neural/models/model-folder';
import { createDecoderSession } from '@fathom/neural/serving/decoder-session';
import { encodePrompt, stopTokenIds } from '@fathom/neural/tokenizers/chat-template';

type Session = Awaited<ReturnType<typeof createDecoderSession>>;

export interface GenerateOptions {
  readonly threads: number;
  /** Tokens an answer. */
  readonly maxTokens: number;
}

/** The model's answers to the prompts, in their order. */
export async function generateAnswers(
  model: ModelFolder,
  prompts: readonly string[],
  options: GenerateOptions,
): Promise<readonly string[]> {
  const answers: string[] = [];
  for await (const { answer } of answersTo(model, prompts, { ...options, promptOf: (prompt) => prompt }))
    answers.push(answer);
  return answers;
}

/** Each with its answer, one after another. */
export async function* answersTo<T>(
  model: ModelFolder,
  asked: Iterable<T> | AsyncIterable<T>,
  { threads, maxTokens, promptOf }: GenerateOptions & { readonly promptOf: (asked: T) => string },
): AsyncGenerator<{ readonly asked: T; readonly answer: string }> {
  const session = await createDecoderSession({
    config: model.config,
    weights: model.weights,
    maxSlots: 1,
    capacity: model.config.maxPositions,
    precision: 'fp32',
    threads,
  });
  try {
    for await (const one of asked)
      yield { asked: one, answer: await answer(session, { model, prompt: promptOf(one), maxTokens }) };
  } finally {
    await session.release();
  }
}

async function answer(
  session: Session,
  {
    model,
    prompt,
    maxTokens,
  }: { readonly model: ModelFolder; readonly prompt: string; readonly maxTokens: number },
): Promise<string> {
  const stops = new Set(stopTokenIds(model));
  const ids = encodePrompt({ ...model, messages: [{ role: 'user', content: prompt }] });
  const said: number[] = [];
  if (ids.length >= session.capacity) return '';
  let logits = await session.prefill({ slot: 0, tokens: ids, startPosition: 0 });
  while (said.length < maxTokens) {
    const token = argmax(logits);
    if (stops.has(token)) break;
    said.push(token);
    const length = ids.length + said.length - 1;
    if (length + 1 >= session.capacity) break;
    logits = await session.decode({ slots: [0], tokens: [token], lengths: [length] });
  }
  return model.tokenizer.decode(said).trim();
}

export function argmax(logits: Float32Array): number {
  let best = 0;
  for (let id = 1; id < logits.length; id += 1) if (logits[id]! > logits[best]!) best = id;
  return best;
}
