import { createHash } from 'node:crypto';
import { llamaParameters } from '../architectures/llama-parameters.ts';
import type { ParameterSpec } from '../architectures/parameters.ts';
import { NeuralError } from '../errors.ts';
import { bytesOf } from '../files.ts';
import type { ModelConfig } from '../models/model-config.ts';
import type { TensorMap } from './tensor.ts';

/** Of a decoder; throws as `checkTensors` does. */
export function checkWeights(config: ModelConfig, weights: TensorMap, source?: string): void {
  checkTensors(llamaParameters(config), weights, source);
}

/** Throws `MODEL_INCOMPLETE`, naming every tensor that is missing, extra, wrongly shaped or not finite. */
export function checkTensors(specs: readonly ParameterSpec[], weights: TensorMap, source = 'model'): void {
  const expected = new Map(specs.map(({ name, dims }) => [name, dims]));
  const problems: string[] = [];
  for (const [name, dims] of expected) {
    const tensor = weights.get(name);
    if (tensor === undefined) problems.push(`tensor ${name} is missing`);
    else if (tensor.dims.join() !== dims.join())
      problems.push(`tensor ${name} is [${tensor.dims}], expected [${dims}]`);
    else if (!tensor.data.every(Number.isFinite))
      problems.push(`tensor ${name} holds a value that is not a finite number`);
  }
  for (const name of weights.keys())
    if (!expected.has(name)) problems.push(`tensor ${name} is not part of the model`);
  if (problems.length > 0) {
    throw new NeuralError('MODEL_INCOMPLETE', `${source}: ${problems.join('; ')}`, {
      details: { source, problems },
    });
  }
}

/** Identity of a set of weights: names, shapes and bytes, whatever their order in the file. */
export function weightsSha256(weights: TensorMap): string {
  const hash = createHash('sha256');
  for (const [name, { dims, data }] of [...weights].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${name}[${dims}]`).update(bytesOf(data));
  }
  return hash.digest('hex');
}
