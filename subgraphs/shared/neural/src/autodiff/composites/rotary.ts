import { type RotaryOptions, rotaryAngles } from '../../models/rotary-angles.ts';
import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import type { Value } from '../../onnx/types.ts';
import type { GradientRule } from '../gradient-rule.ts';

/** cos and sin [positions, headSize / 2]; `negativeSin` turns the other way, which is the gradient. */
export interface RotaryTables {
  readonly cos: Value;
  readonly sin: Value;
  readonly negativeSin: Value;
}

export function rotaryTables(builder: GraphBuilder, options: RotaryOptions): RotaryTables {
  const { cos, sin } = rotaryAngles(options);
  const dims = [options.positions, options.headSize / 2];
  return {
    cos: builder.initializer('rotary_cos', { dims, data: cos }),
    sin: builder.initializer('rotary_sin', { dims, data: sin }),
    negativeSin: builder.initializer('rotary_negative_sin', { dims, data: sin.map((value) => -value) }),
  };
}

/** Rotates pairs of x [batch, heads, time, headSize] by the angle of each token's position [batch, time]. */
export function rotary(
  builder: GraphBuilder,
  x: Value,
  options: { tables: RotaryTables; positions: Value },
): Value {
  const { tables, positions } = options;
  const inputs = [x, tables.cos, tables.sin, positions, tables.negativeSin];
  return builder.composite('Rotary', inputs, () => [
    builder.op('RotaryEmbedding', [x, tables.cos, tables.sin, positions]),
  ])[0]!;
}

/** A rotation's transpose is the rotation back; scaled tables (YaRN) scale both ways. */
export const rotaryGradient: GradientRule = ({ builder, call, gradient }) => {
  const [, cos, , positions, negativeSin] = call.inputs;
  return [builder.op('RotaryEmbedding', [gradient, cos, negativeSin, positions])];
};
