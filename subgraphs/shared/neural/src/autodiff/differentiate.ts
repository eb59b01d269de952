import { NeuralError } from '../errors.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import type { Value } from '../onnx/types.ts';
import { attentionGradient } from './composites/attention-gradient.ts';
import { crossEntropyGradient } from './composites/cross-entropy.ts';
import { dropoutGradient } from './composites/dropout.ts';
import { geluGradient } from './composites/gelu.ts';
import { layerNormGradient } from './composites/layer-norm.ts';
import { linearCrossEntropyGradient } from './composites/linear-cross-entropy.ts';
import { rmsNormGradient } from './composites/rms-norm.ts';
import { rotaryGradient } from './composites/rotary.ts';
import { swiGluGradient } from './composites/swiglu.ts';
import type { GradientRule } from './gradient-rule.ts';
import { addGradient, divGradient, identityGradient, mulGradient, subGradient } from './rules/elementwise.ts';
import { gatherGradient } from './rules/indexing.ts';
import { gemmGradient, matMulGradient } from './rules/matrix.ts';
import { sqrtGradient, tanhGradient } from './rules/pointwise.ts';
import { reduceSumGradient, softmaxGradient } from './rules/reductions.ts';
import { reshapeGradient, transposeGradient } from './rules/shape.ts';

export const gradientRules: Readonly<Record<string, GradientRule>> = {
  Add: addGradient,
  Sub: subGradient,
  Mul: mulGradient,
  Div: divGradient,
  Identity: identityGradient,
  MatMul: matMulGradient,
  Gemm: gemmGradient,
  Reshape: reshapeGradient,
  Transpose: transposeGradient,
  Gather: gatherGradient,
  Tanh: tanhGradient,
  Sqrt: sqrtGradient,
  Softmax: softmaxGradient,
  ReduceSum: reduceSumGradient,
  RmsNorm: rmsNormGradient,
  LayerNorm: layerNormGradient,
  Gelu: geluGradient,
  Rotary: rotaryGradient,
  SwiGlu: swiGluGradient,
  Attention: attentionGradient,
  CrossEntropy: crossEntropyGradient,
  LinearCrossEntropy: linearCrossEntropyGradient,
  Dropout: dropoutGradient,
};

/**
 * Reverse-mode differentiation, graph to graph: writes the backward nodes of `loss` (a scalar) into the same graph and
 * returns one gradient a parameter, in their order. Only steps on a path from a parameter to the loss are visited, so a
 * frozen base (LoRA) costs no gradients of its own weights.
 */
export function differentiate(
  builder: GraphBuilder,
  loss: Value,
  parameters: readonly Value[],
): readonly Value[] {
  const calls = [...builder.calls];
  const active = valuesThatDependOn(parameters, calls);
  const pending = new Map<string, Value[]>([[loss.name, [builder.scalar(1)]]]);

  builder.scope('backward', () => {
    for (const call of calls.reverse()) {
      const output = call.outputs[0]!;
      const parts = pending.get(output.name);
      if (parts === undefined || !call.inputs.some((input) => input !== undefined && active.has(input.name)))
        continue;
      const rule = gradientRules[call.kind];
      if (rule === undefined) {
        throw new NeuralError(
          'GRAPH_INVALID',
          `node ${call.name}: operator ${call.kind} has no gradient rule`,
        );
      }
      pending.delete(output.name);
      const gradient = total(builder, parts);
      const needs = (operand: number): boolean => active.has(call.inputs[operand]?.name ?? '');
      const gradients = builder.scope(call.name, () => rule({ builder, call, gradient, needs }));
      gradients.forEach((value, operand) => {
        const input = call.inputs[operand];
        if (value === undefined || input === undefined || !needs(operand)) return;
        pending.set(input.name, [...(pending.get(input.name) ?? []), value]);
      });
    }
  });

  return parameters.map((parameter) => {
    const parts = pending.get(parameter.name);
    if (parts === undefined) {
      throw new NeuralError('GRAPH_INVALID', `parameter ${parameter.name} does not influence ${loss.name}`);
    }
    return builder.scope('backward', () => total(builder, parts));
  });
}

function valuesThatDependOn(parameters: readonly Value[], calls: GraphBuilder['calls']): ReadonlySet<string> {
  const active = new Set(parameters.map((parameter) => parameter.name));
  for (const call of calls) {
    if (call.inputs.some((input) => input !== undefined && active.has(input.name))) {
      for (const output of call.outputs) active.add(output.name);
    }
  }
  return active;
}

/** By twos: ONNX Runtime adds within a product where one term of a sum of two is a product. */
function total(builder: GraphBuilder, parts: readonly Value[]): Value {
  return parts.reduce((sum, part) => builder.op('Sum', [sum, part]));
}
