/** The product that every weight's gradient is, over the many rows of a batch. */
import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import type { Value } from '../../onnx/types.ts';
import { numericDims } from '../gradient-rule.ts';

/**
 * Products over more rows than these are sums of products over so many. A turned operand of 192 rows and 512 columns stays
 * in a core's cache while it is multiplied with every column of the other; rows of 1,024 columns, 4 KiB apart, even push
 * each other out of the first cache. Of a batch of 1,024 rows 12% less.
 */
const rowsAtOnce = 512;

/** A batch's rows, so many at once. */
export function rowPieces(builder: GraphBuilder, x: Value): readonly Value[] {
  const rows = numericDims(x.dims)[0]!;
  if (rows <= rowsAtOnce || rows % rowsAtOnce !== 0) return [x];
  return Array.from({ length: rows / rowsAtOnce }, (_, at) => {
    const bounds = [at * rowsAtOnce, (at + 1) * rowsAtOnce, 0];
    return builder.op('Slice', [x, ...bounds.map((bound) => builder.integers([bound]))]);
  });
}

/**
 * dW = dYᵀ·X for Y = X·Wᵀ, summed over pieces of rows. The product itself would read its left operand column by column, once
 * for every 128 columns of the result; turned beforehand, it is read as it lies. The narrower operand is turned: 2% of a step.
 */
export function weightGradient(
  builder: GraphBuilder,
  xs: readonly Value[],
  gradients: readonly Value[],
): Value {
  const isWider = numericDims(gradients[0]!.dims)[1]! > numericDims(xs[0]!.dims)[1]!;
  const [narrow, wide] = isWider ? [xs, gradients] : [gradients, xs];
  // A sum of two of which one is a product: ONNX Runtime adds within the product.
  const product = narrow
    .map((piece, at) => builder.gemm(turned(builder, piece), wide[at]!))
    .reduce((sum, term) => builder.op('Sum', [sum, term]));
  if (!isWider) return product;
  return narrow.length === 1 ? turned(builder, product) : builder.transpose(product, [1, 0]);
}

/** Over three axes: a transpose of two would be fused into the product again. */
function turned(builder: GraphBuilder, matrix: Value): Value {
  const [rows, columns] = numericDims(matrix.dims) as [number, number];
  const lifted = builder.transpose(builder.reshape(matrix, [1, rows, columns]), [0, 2, 1]);
  return builder.reshape(lifted, [columns, rows]);
}
