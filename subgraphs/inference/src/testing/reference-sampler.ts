/**
 * What sampling must come to, as its definition says and not as the engine does it: one sequence, no batch, every token of the
 * vocabulary weighed and sorted. Only the number that belongs to a seed and a position is the product's own.
 */
import { openModel } from '@fathom/neural/serving/open-model';
import type { Tokenizer } from '@fathom/neural/tokenizers/tokenizer';
import { uniformAt } from '../domain/random.ts';
import type { SamplingSettings } from '../domain/sampling.ts';

export interface ReferencePlace {
  readonly tokenId: number;
  /** By token, the model's own, before anything is adjusted. */
  readonly logProbabilities: readonly number[];
}

export interface Reference {
  readonly tokenizer: Tokenizer;
  /** The places of a completion, up to its end token, which is none of them. */
  complete(
    prompt: readonly number[],
    settings: Partial<SamplingSettings>,
    maxTokens: number,
  ): Promise<readonly ReferencePlace[]>;
  /** What the model makes of whole sequences, for predictions of a test's own. */
  logitsAfter(tokens: readonly number[]): Promise<readonly number[]>;
  close(): Promise<void>;
}

export async function openReference(folder: string): Promise<Reference> {
  const { decoder, tokenizer, stopTokenIds } = await openModel({
    folder,
    precision: 'fp32',
    threads: 1,
    maxSlots: 1,
    maxContextLength: 1024,
  });
  const logitsAfter = async (tokens: readonly number[]): Promise<readonly number[]> =>
    Array.from(await decoder.prefill({ slot: 0, tokens, startPosition: 0 }));
  return {
    tokenizer,
    logitsAfter,
    async complete(prompt, settings, maxTokens) {
      const places: ReferencePlace[] = [];
      while (places.length < maxTokens) {
        const completion = places.map(({ tokenId }) => tokenId);
        const logits = await logitsAfter([...prompt, ...completion]);
        const tokenId = nextToken({ logits, settings, prompt, completion });
        if (stopTokenIds.has(tokenId)) break;
        places.push({ tokenId, logProbabilities: logSoftmax(logits) });
      }
      return places;
    },
    close: () => decoder.release(),
  };
}

function logSoftmax(logits: readonly number[]): readonly number[] {
  const maximum = Math.max(...logits);
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - maximum), 0)) + maximum;
  return logits.map((logit) => logit - total);
}

/** Token ids, likeliest first, the smaller id where two tie. */
export function byLikelihood(logits: readonly number[]): readonly number[] {
  return logits.map((_, tokenId) => tokenId).sort((a, b) => logits[b]! - logits[a]! || a - b);
}

interface NextToken {
  readonly logits: readonly number[];
  readonly settings: Partial<SamplingSettings>;
  readonly prompt: readonly number[];
  readonly completion: readonly number[];
}

function nextToken(next: NextToken): number {
  const { temperature = 0, topK = 0, topP = 1, minP = 0, seed = 0 } = next.settings;
  const logits = adjusted(next);
  const ranked = byLikelihood(logits);
  if (temperature === 0) return ranked[0]!;
  const weights = logits.map((logit) => Math.exp((logit - logits[ranked[0]!]!) / temperature));
  const weightOf = (tokens: readonly number[]): number =>
    tokens.reduce((sum, tokenId) => sum + weights[tokenId]!, 0);
  const afterTopK = topK > 0 ? ranked.slice(0, topK) : ranked;
  const target = topP * weightOf(afterTopK);
  const nucleus = afterTopK.findIndex((_, at) => weightOf(afterTopK.slice(0, at + 1)) >= target) + 1;
  const afterTopP = topP < 1 ? afterTopK.slice(0, nucleus) : afterTopK;
  const kept = afterTopP.filter((tokenId) => weights[tokenId]! >= minP);
  // Where nothing is filtered nothing is sorted: the draw goes through the tokens by their ids.
  const isFiltered = (topK > 0 && topK < logits.length) || topP < 1 || minP > 0;
  const order = isFiltered ? kept : [...kept].sort((a, b) => a - b);
  const drawn = uniformAt(seed, next.completion.length) * weightOf(order);
  return order.find((_, at) => weightOf(order.slice(0, at + 1)) > drawn)!;
}

function adjusted({ logits, settings, prompt, completion }: NextToken): readonly number[] {
  const { repetitionPenalty = 1, presencePenalty = 0, frequencyPenalty = 0, logitBias = [] } = settings;
  return logits.map((logit, tokenId) => {
    const occurs = prompt.includes(tokenId) || completion.includes(tokenId);
    const repeated = logit > 0 ? logit / repetitionPenalty : logit * repetitionPenalty;
    const count = completion.filter((other) => other === tokenId).length;
    const bias = logitBias.filter((one) => one.tokenId === tokenId).reduce((sum, one) => sum + one.bias, 0);
    return (occurs ? repeated : logit) - (count > 0 ? presencePenalty : 0) - frequencyPenalty * count + bias;
  });
}
