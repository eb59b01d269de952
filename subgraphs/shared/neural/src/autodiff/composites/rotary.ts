import { type RotaryOptions, rotaryAngles } from '../../models/rotary-angles.ts';
import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import { int, type Value } from '../../onnx/types.ts';
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

/**
 * Rotates pairs of x by the angle of each token's position [batch, time]. x is [batch, heads, time, headSize], or
 * [batch, time, heads·headSize] with `heads` given.
 */
export function rotary(
  builder: GraphBuilder,
  x: Value,
  options: { tables: RotaryTables; positions: Value; heads?: number },
): Value {
  const { tables, positions, heads } = options;
  const inputs = [x, tables.cos, tables.sin, positions, tables.negativeSin];
  const attributes = heads === undefined ? {} : { num_heads: int(heads) };
  const write = (): readonly Value[] => [
    builder.op('RotaryEmbedding', [x, tables.cos, tables.sin, positions], { attributes }),
  ];
  return builder.composite('Rotary', inputs, write, attributes)[0]!;
}

/** A rotation's transpose is the rotation back; scaled tables (YaRN) scale both ways. */
export const rotaryGradient: GradientRule = ({ builder, call, gradient }) => {
  const [, cos, , positions, negativeSin] = call.inputs;
  const { attributes } = call;
  return [builder.op('RotaryEmbedding', [gradient, cos, negativeSin, positions], { attributes })];
};
