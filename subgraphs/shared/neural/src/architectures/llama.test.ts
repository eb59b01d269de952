import { describe, expect, it } from 'vitest';
import type { ModelConfig } from '../models/model-config.ts';
import { createReferenceModel } from '../serving/reference-model.testkit.ts';
import { initializeLlama, projectionName } from './llama-parameters.ts';

const config: ModelConfig = {
  vocabularySize: 23,
  hiddenSize: 12,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  headSize: 6,
  intermediateSize: 20,
  maxPositions: 10,
  ropeTheta: 500,
  normEpsilon: 1e-5,
  tieEmbeddings: false,
  initializerRange: 0.4,
};
const weights = initializeLlama(config, 17);

type Vector = readonly number[];
const dot = (a: Vector, b: Vector): number => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
const sum = (a: Vector, b: Vector): Vector => a.map((value, at) => value + b[at]!);
const row = (name: string, index: number): Vector => {
  const { dims, data } = weights.get(name)!;
  return [...data.subarray(index * dims[1]!, (index + 1) * dims[1]!)];
};
/** x·Wᵀ */
const linear = (x: Vector, name: string): Vector =>
  Array.from({ length: weights.get(name)!.dims[0]! }, (_, out) => dot(x, row(name, out)));
const norm = (x: Vector, name: string): Vector => {
  const scale = 1 / Math.sqrt(dot(x, x) / x.length + config.normEpsilon);
  return x.map((value, at) => value * scale * weights.get(name)!.data[at]!);
};
/** transformers' `apply_rotary_pos_emb`: x·cos + rotate_half(x)·sin. */
const rotate = (x: Vector, position: number): Vector => {
  const half = x.length / 2;
  return x.map((value, at) => {
    const angle = position / config.ropeTheta ** ((2 * (at % half)) / x.length);
    const partner = at < half ? -x[at + half]! : x[at - half]!;
    return value * Math.cos(angle) + partner * Math.sin(angle);
  });
};
const heads = (x: Vector): Vector[] =>
  Array.from({ length: x.length / config.headSize }, (_, head) =>
    x.slice(head * config.headSize, (head + 1) * config.headSize),
  );

/** `LlamaForCausalLM` of transformers' modeling_llama.py, with plain arrays. */
function forward(tokens: readonly number[]): Vector[] {
  let stream = tokens.map((token) => row('model.embed_tokens.weight', token));
  for (let layer = 0; layer < config.layers; layer += 1) {
    const normed = stream.map((x) => norm(x, `model.layers.${layer}.input_layernorm.weight`));
    const queries = normed.map((x, at) =>
      heads(linear(x, projectionName(layer, 'q_proj'))).map((head) => rotate(head, at)),
    );
    const keys = normed.map((x, at) =>
      heads(linear(x, projectionName(layer, 'k_proj'))).map((head) => rotate(head, at)),
    );
    const values = normed.map((x) => heads(linear(x, projectionName(layer, 'v_proj'))));
    const group = config.heads / config.keyValueHeads;
    stream = stream.map((x, at) => {
      const mixed = queries[at]!.flatMap((query, head) => {
        const shared = Math.floor(head / group);
        const scores = keys
          .slice(0, at + 1)
          .map((key) => Math.exp(dot(query, key[shared]!) / Math.sqrt(config.headSize)));
        const total = scores.reduce((all, score) => all + score, 0);
        return query.map((_, element) =>
          scores.reduce((all, score, from) => all + (score / total) * values[from]![shared]![element]!, 0),
        );
      });
      return sum(x, linear(mixed, projectionName(layer, 'o_proj')));
    });
    stream = stream.map((x) => {
      const inner = norm(x, `model.layers.${layer}.post_attention_layernorm.weight`);
      const up = linear(inner, projectionName(layer, 'up_proj'));
      const hidden = linear(inner, projectionName(layer, 'gate_proj')).map(
        (gate, at) => (gate / (1 + Math.exp(-gate))) * up[at]!,
      );
      return sum(x, linear(hidden, projectionName(layer, 'down_proj')));
    });
  }
  return stream.map((x) => linear(norm(x, 'model.norm.weight'), 'lm_head.weight'));
}

describe('llama', () => {
  it("computes transformers' LlamaForCausalLM, with grouped queries and an untied head", async () => {
    const tokens = [3, 19, 0, 7, 7, 22, 11, 1];
    const model = await createReferenceModel(config, weights);
    const logits = await model.logits(tokens);
    forward(tokens).forEach((expected, at) => {
      expected.forEach((value, token) => {
        expect(logits[at]![token]).toBeCloseTo(value, 3);
      });
    });
    model.release();
  });
});
