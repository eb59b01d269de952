import type { ModelFolder } from '@fathom/neural/models/model-folder';
import { createDecoderSession } from '@fathom/neural/serving/decoder-session';
import { encodePrompt, stopTokenIds } from '@fathom/neural/tokenizers/chat-template';

/** What the model says to one question, decoded greedily. */
export interface Answer {
  readonly text: string;
  /** Nats, of the answer's tokens in order, without the stop token. */
  readonly tokenLogProbabilities: readonly number[];
}

export interface Answerer {
  answer(questions: readonly string[]): Promise<readonly Answer[]>;
  release(): Promise<void>;
}

const SLOTS = 32;
const MAX_ANSWER_TOKENS = 64;
const CAPACITY = 192;

/** Asks the very decoder that the inference service runs, many questions at once. */
export async function createAnswerer(
  model: ModelFolder,
  options: { readonly precision: 'fp32' | 'int8'; readonly threads: number },
): Promise<Answerer> {
  const session = await createDecoderSession({
    config: model.config,
    weights: model.weights,
    maxSlots: SLOTS,
    capacity: CAPACITY,
    ...options,
  });
  const stops = new Set(stopTokenIds(model));

  interface Running {
    readonly index: number;
    readonly ids: number[];
    readonly logProbabilities: number[];
    length: number;
    next: number;
  }

  async function answer(questions: readonly string[]): Promise<readonly Answer[]> {
    const answers = new Array<Answer>(questions.length);
    const running = new Map<number, Running>();
    let asked = 0;
    /** Takes the token the logits favour; true when the answer goes on. */
    const take = (slot: number, sequence: Running, logits: Float32Array): void => {
      const { id, logProbability } = mostLikely(logits);
      if (stops.has(id) || sequence.ids.length >= MAX_ANSWER_TOKENS) {
        answers[sequence.index] = {
          text: model.tokenizer.decode(sequence.ids),
          tokenLogProbabilities: sequence.logProbabilities,
        };
        running.delete(slot);
        return;
      }
      sequence.ids.push(id);
      sequence.logProbabilities.push(logProbability);
      sequence.next = id;
      running.set(slot, sequence);
    };
    for (;;) {
      for (let slot = 0; slot < SLOTS && asked < questions.length; slot++) {
        if (running.has(slot)) continue;
        const index = asked++;
        const tokens = promptTokens(model, questions[index] ?? '');
        const logits = await session.prefill({ slot, tokens, startPosition: 0 });
        take(slot, { index, ids: [], logProbabilities: [], length: tokens.length, next: 0 }, logits);
      }
      if (running.size === 0 && asked >= questions.length) return answers;
      if (running.size === 0) continue;
      const rows = [...running];
      const logits = await session.decode({
        slots: rows.map(([slot]) => slot),
        tokens: rows.map(([, sequence]) => sequence.next),
        lengths: rows.map(([, sequence]) => sequence.length),
      });
      rows.forEach(([slot, sequence], row) => {
        sequence.length += 1;
        const size = session.vocabularySize;
        take(slot, sequence, logits.subarray(row * size, (row + 1) * size));
      });
    }
  }

  return { answer, release: () => session.release() };
}

function promptTokens(model: ModelFolder, question: string): number[] {
  const messages = [{ role: 'user', content: question }] as const;
  return encodePrompt({ ...model, messages }).slice(0, CAPACITY - MAX_ANSWER_TOKENS);
}

/** The token of the highest logit and its log-probability under softmax. */
export function mostLikely(logits: Float32Array): { readonly id: number; readonly logProbability: number } {
  let id = 0;
  for (let index = 1; index < logits.length; index++) {
    if ((logits[index] ?? 0) > (logits[id] ?? 0)) id = index;
  }
  const highest = logits[id] ?? 0;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - highest);
  return { id, logProbability: -Math.log(sum) };
}
