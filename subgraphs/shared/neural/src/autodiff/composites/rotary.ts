import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import type { Value } from '../../onnx/types.ts';
import type { GradientRule } from '../gradient-rule.ts';

/** cos and sin [positions, headSize / 2]; `negativeSin` turns the other way, which is the gradient. */
export interface RotaryTables {
  readonly cos: Value;
  readonly sin: Value;
  readonly negativeSin: Value;
}

export function rotaryTables(
  builder: GraphBuilder,
  options: { positions: number; headSize: number; theta: number },
): RotaryTables {
  const { cos, sin } = rotaryAngles(options);
  const dims = [options.positions, options.headSize / 2];
  return {
    cos: builder.initializer('rotary_cos', { dims, data: cos }),
    sin: builder.initializer('rotary_sin', { dims, data: sin }),
    negativeSin: builder.initializer('rotary_negative_sin', { dims, data: sin.map((value) => -value) }),
  };
}

/** angle(p, i) = p / θ^(2i / headSize), the layout of Hugging Face's Llama (halves, not interleaved). */
export function rotaryAngles(options: { positions: number; headSize: number; theta: number }): {
  readonly cos: Float32Array;
  readonly sin: Float32Array;
} {
  const { positions, headSize, theta } = options;
  const half = headSize / 2;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let position = 0; position < positions; position += 1) {
    for (let pair = 0; pair < half; pair += 1) {
      // Frequencies and angles are rounded to float32 at the same places as in transformers.
      const frequency = Math.fround(1 / Math.fround(theta ** ((2 * pair) / headSize)));
      const angle = Math.fround(position * frequency);
      cos[position * half + pair] = Math.cos(angle);
      sin[position * half + pair] = Math.sin(angle);
    }
  }
  return { cos, sin };
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

/** A rotation's transpose is the rotation back. */
export const rotaryGradient: GradientRule = ({ builder, call, gradient }) => {
  const [, cos, , positions, negativeSin] = call.inputs;
  return [builder.op('RotaryEmbedding', [gradient, cos, negativeSin, positions])];
};
