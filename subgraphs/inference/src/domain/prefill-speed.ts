/**
 * How fast a device computes prompts, learned from its own requests.
 *
 * Until the second first token it is a guess that is the same for all devices: the first request of a worker pays for
 * what the device compiles and reads for the first time.
 */
export interface PrefillSpeed {
  /** What a request had cost when its first token came. */
  add(request: FirstToken): void;
  readonly tokensPerSecond: number;
}

export interface FirstToken {
  readonly request: { readonly promptTokens: readonly number[] };
  readonly cachedPromptTokens: number | undefined;
  /** Its share of the steps until then. */
  readonly deviceMs: number;
}

const guess = 1_000;
const learningRate = 0.2;

export function createPrefillSpeed(): PrefillSpeed {
  let seen = 0;
  let msPerToken = 1_000 / guess;
  return {
    add({ request, cachedPromptTokens = 0, deviceMs }) {
      const computed = request.promptTokens.length - cachedPromptTokens;
      if (computed <= 0 || deviceMs <= 0 || seen++ === 0) return;
      const observed = deviceMs / computed;
      msPerToken = seen === 2 ? observed : msPerToken * (1 - learningRate) + observed * learningRate;
    },
    get tokensPerSecond() {
      return 1_000 / msPerToken;
    },
  };
}
