import { attributeInt } from '../../onnx/shape-inference.ts';
import { int, string } from '../../onnx/types.ts';
import { type GradientRule, numericDims } from '../gradient-rule.ts';

/**
 * Rows of a table, looked up by index: the gradient adds each looked-up row's gradient back to its row.
 * ScatterElements, because ORT's CPU ScatterND(reduction=add) loses updates of repeated indices on several threads.
 */
export const gatherGradient: GradientRule = ({ builder, call, gradient, needs }) => {
  if (!needs(0)) return [undefined, undefined];
  if (attributeInt(call.attributes, 'axis', 0) !== 0)
    throw new Error('the gradient of Gather is written for axis 0');
  const [table, indices] = [call.inputs[0]!, call.inputs[1]!];
  const dims = numericDims(table.dims);
  const rowSize = dims.slice(1).reduce((product, dim) => product * dim, 1);
  const count = numericDims(indices.dims).reduce((product, dim) => product * dim, 1);
  const rows = builder.op('Expand', [
    builder.reshape(indices, [count, 1]),
    builder.integers([count, rowSize]),
  ]);
  const zeros = builder.op('Expand', [builder.scalar(0), builder.integers([dims[0]!, rowSize])]);
  const added = builder.op('ScatterElements', [zeros, rows, builder.reshape(gradient, [count, rowSize])], {
    attributes: { axis: int(0), reduction: string('add') },
  });
  return [builder.reshape(added, dims), undefined];
};
