/**
 * Whether an ONNX file is a decoder in Hugging Face's layout, and how to feed it. A graph is refused by the name of the
 * input, output or operator that does not fit, before any of its weights are loaded.
 */
import { basename } from 'node:path';
import { NeuralError } from '../errors.ts';
import type { OnnxModel, OnnxValue } from '../onnx/read-model.ts';
import { type HostTensors, longs } from '../runtime/host-tensor.ts';
import type { CacheNames } from './key-value-cache.ts';

export interface ExportedGraph {
  readonly path: string;
  readonly layers: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly vocabularySize: number;
  /** Absent where the attention operator counts positions itself. */
  readonly hasPositionIds: boolean;
  /** Whether the graph can be asked for the logits of the last position alone, and how that input is shaped. */
  readonly logitsToKeep: { readonly name: string; readonly isScalar: boolean } | undefined;
  /**
   * `shared`: GroupQueryAttention writes keys and values into the memory they are read from; rows are padded right.
   * `relayed`: each step gives the whole cache back, one token longer; rows are padded left.
   */
  readonly cache: 'shared' | 'relayed';
  readonly weightBytes: number;
}

export const exportedNames: CacheNames = {
  past: (kind, layer) => `past_key_values.${layer}.${kind}`,
  present: (kind, layer) => `present.${layer}.${kind}`,
};

const required = ['input_ids', 'attention_mask'];
const logitsToKeepNames = ['num_logits_to_keep', 'logits_to_keep'];
const pastPattern = /^past_key_values\.(\d+)\.(key|value)$/;

/** Throws `ONNX_UNSUPPORTED`. */
export function describeExportedGraph(model: OnnxModel): ExportedGraph {
  const refuse = (problem: string): never => {
    throw new NeuralError('ONNX_UNSUPPORTED', `${basename(model.path)}: ${problem}`, {
      details: { path: model.path, problem },
    });
  };
  const inputs = new Map(model.inputs.map((input) => [input.name, input]));
  const outputs = new Map(model.outputs.map((output) => [output.name, output]));
  const encoder = model.inputs.find(({ name }) => /^(encoder_|decoder_input_ids$)/.test(name));
  if (encoder) refuse(`input ${encoder.name} belongs to an encoder-decoder model; only decoders are served`);
  for (const name of required) {
    const input = inputs.get(name) ?? refuse(`input ${name} is missing`);
    if (input.type !== 'int64') refuse(`input ${name} is ${input.type}, expected int64`);
  }
  const pasts = model.inputs.filter(({ name }) => name.startsWith('past_key_values.'));
  if (pasts.length === 0)
    refuse(
      'it has no inputs past_key_values.N.key: export it with its cache (task text-generation-with-past)',
    );
  const layers = 1 + Math.max(...pasts.map(({ name }) => Number(pastPattern.exec(name)?.[1] ?? -1)));
  const cacheShape = checkCache({ layers, inputs, outputs, refuse });
  const cache = cacheKind(model, layers, refuse);
  const hasPositionIds = inputs.has('position_ids');
  if (!hasPositionIds && cache === 'relayed')
    refuse('input position_ids is missing: sequences of different lengths could not share a batch');
  const logitsToKeep = logitsToKeepNames.map((name) => inputs.get(name)).find((input) => input !== undefined);
  const known = new Set([
    ...required,
    'position_ids',
    ...logitsToKeepNames,
    ...pasts.map(({ name }) => name),
  ]);
  const stranger = model.inputs.find(({ name }) => !known.has(name));
  if (stranger) refuse(`input ${stranger.name} is not one that a decoder with a key/value cache has`);
  return {
    path: model.path,
    layers,
    ...cacheShape,
    vocabularySize: checkLogits(outputs.get('logits'), refuse),
    hasPositionIds,
    logitsToKeep: logitsToKeep && { name: logitsToKeep.name, isScalar: logitsToKeep.dims.length === 0 },
    cache,
    weightBytes: model.bytes,
  };
}

/** Positions of each row that a run gives logits for. Rows that begin together end at different ones. */
export function keptPositions({ logitsToKeep }: ExportedGraph, rows: number, time: number): number {
  return logitsToKeep === undefined || rows > 1 ? time : 1;
}

/** Asks a graph that can be asked for so many of them. */
export function keptFeed({ logitsToKeep }: ExportedGraph, kept: number): HostTensors {
  if (logitsToKeep === undefined) return {};
  return { [logitsToKeep.name]: longs(logitsToKeep.isScalar ? [] : [1], BigInt64Array.of(BigInt(kept))) };
}

type Refuse = (problem: string) => never;

function checkCache(given: {
  readonly layers: number;
  readonly inputs: ReadonlyMap<string, OnnxValue>;
  readonly outputs: ReadonlyMap<string, OnnxValue>;
  readonly refuse: Refuse;
}): { readonly keyValueHeads: number; readonly headSize: number } {
  const { layers, inputs, outputs, refuse } = given;
  let shape: readonly [number, number] | undefined;
  for (let layer = 0; layer < layers; layer += 1) {
    for (const kind of ['key', 'value']) {
      const name = `past_key_values.${layer}.${kind}`;
      const input = inputs.get(name) ?? refuse(`input ${name} is missing`);
      if (!outputs.has(`present.${layer}.${kind}`)) refuse(`output present.${layer}.${kind} is missing`);
      if (input.type !== 'float32')
        refuse(
          `input ${name} is ${input.type}; the cache must be float32 on this device: take another of the model's files`,
        );
      const [, heads, , size] = input.dims;
      if (input.dims.length !== 4 || typeof heads !== 'number' || typeof size !== 'number')
        return refuse(
          `input ${name} is [${input.dims.join(', ')}], expected [batch, heads, past, head size]`,
        );
      shape ??= [heads, size];
      if (shape[0] !== heads || shape[1] !== size)
        refuse(`input ${name} is [${input.dims.join(', ')}], unlike the layers before it`);
    }
  }
  return { keyValueHeads: shape![0], headSize: shape![1] };
}

/** In place only where the operator's own inputs and outputs are the graph's. */
function cacheKind(model: OnnxModel, layers: number, refuse: Refuse): ExportedGraph['cache'] {
  const attentions = model.nodes.filter(({ opType }) => opType === 'GroupQueryAttention');
  if (attentions.length === 0) return 'relayed';
  const served = new Set(
    attentions
      .filter((node) => {
        const layer = pastPattern.exec(node.inputs[3] ?? '')?.[1];
        return (
          layer !== undefined &&
          node.inputs[4] === `past_key_values.${layer}.value` &&
          node.outputs[1] === `present.${layer}.key` &&
          node.outputs[2] === `present.${layer}.value`
        );
      })
      .map((node) => node.inputs[3]),
  );
  if (attentions.length !== layers || served.size !== layers)
    refuse('its operators GroupQueryAttention do not take past_key_values.N and give present.N directly');
  return 'shared';
}

function checkLogits(logits: OnnxValue | undefined, refuse: Refuse): number {
  if (logits === undefined) return refuse('output logits is missing');
  if (logits.type !== 'float32') refuse(`output logits is ${logits.type}, expected float32`);
  const size = logits.dims[2];
  if (logits.dims.length !== 3 || typeof size !== 'number')
    return refuse(
      `output logits is [${logits.dims.join(', ')}], expected [batch, sequence, vocabulary size]`,
    );
  return size;
}
