/**
 * What a demand will cost, as far as it can be known: every token that it may generate, and the device time that tokens
 * of its model took so far. What was not used is given back when it is known, so a prediction errs upwards.
 */
import type { Demand } from './generation-demand.ts';

export interface Cost {
  readonly tokens: number;
  readonly deviceMs: number;
}

/** Moving averages over what ended. */
export interface ModelRate {
  readonly deviceMsPerToken: number;
  readonly tokensPerCharacter: number;
}

export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly deviceMs: number;
}

/** Of all models together; also the name of what has no model. */
const anyModel = '*';

/** Until something was measured: a small model on a CPU, and a vocabulary of 1,500 pieces. */
const firstGuess: ModelRate = { deviceMsPerToken: 5, tokensPerCharacter: 0.5 };
/** A twentieth of what is known goes with each generation: a swap of the device is learnt within a hundred. */
const learningRate = 0.05;

export function predict(demand: Demand, rates: ReadonlyMap<string, ModelRate>): Cost {
  const [ofModel, ofAll] = rateNames(demand.kind, demand.model);
  const rate = rates.get(ofModel) ?? rates.get(ofAll) ?? firstGuess;
  const tokens = Math.ceil(demand.promptCharacters * rate.tokensPerCharacter) + demand.completionTokens;
  return { tokens, deviceMs: tokens * rate.deviceMsPerToken };
}

/** Under which names a rate is kept: its model's, and that of all models together. What reading texts takes says nothing of what generating takes. */
export function rateNames(
  kind: Demand['kind'],
  model: string | undefined,
): readonly [ofModel: string, ofAll: string] {
  const prefix = kind === 'reading' ? 'read:' : '';
  return [`${prefix}${model ?? anyModel}`, `${prefix}${anyModel}`];
}

export function costOf({ promptTokens, completionTokens, deviceMs }: Usage): Cost {
  return { tokens: promptTokens + completionTokens, deviceMs };
}

/** Cached answers took no device, and say nothing of what computing takes. */
export function learn(
  rate: ModelRate | undefined,
  usage: Usage,
  promptCharacters: number | undefined,
): ModelRate {
  const before = rate ?? firstGuess;
  const share = rate === undefined ? 1 : learningRate;
  const { tokens, deviceMs } = costOf(usage);
  const towards = (known: number, seen: number) => known + share * (seen - known);
  return {
    deviceMsPerToken:
      deviceMs > 0 && tokens > 0
        ? towards(before.deviceMsPerToken, deviceMs / tokens)
        : before.deviceMsPerToken,
    tokensPerCharacter: promptCharacters
      ? towards(before.tokensPerCharacter, usage.promptTokens / promptCharacters)
      : before.tokensPerCharacter,
  };
}
