import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import type { Value } from '../../onnx/types.ts';
import type { GradientRule } from '../gradient-rule.ts';

/** silu(gate)·up, element by element. */
export function swiGlu(builder: GraphBuilder, gate: Value, up: Value): Value {
  return builder.composite('SwiGlu', [gate, up], () => {
    const sigmoid = builder.op('Sigmoid', [gate]);
    const activated = builder.mul(gate, sigmoid);
    return [builder.mul(activated, up), sigmoid, activated];
  })[0]!;
}

/** With s = σ(gate) and a = gate·s:  d up = dh·a,  d gate = dh·up·(s + a - a·s). */
export const swiGluGradient: GradientRule = ({ builder, call, gradient, needs }) => {
  const up = call.inputs[1]!;
  const [, sigmoid, activated] = call.outputs;
  const gradientOfGate = (): Value => {
    const slope = builder.sub(builder.add(sigmoid!, activated!), builder.mul(activated!, sigmoid!));
    return builder.mul(builder.mul(gradient, up), slope);
  };
  return [needs(0) ? gradientOfGate() : undefined, needs(1) ? builder.mul(gradient, activated!) : undefined];
};
