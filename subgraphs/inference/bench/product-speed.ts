/**
 * How fast the machine multiplies: one product of two large matrices in the engine's own operator, and what it takes at
 * least to compute a token. Attention and all that is not a product by weights is counted as nothing, so no engine reaches
 * the limit that follows.
 */
import { embeddingName } from '@fathom/neural/architectures/llama-parameters';
import type { ModelFolder } from '@fathom/neural/models/model-folder';
import { GraphBuilder } from '@fathom/neural/onnx/graph-builder';
import { floats } from '@fathom/neural/runtime/host-tensor';
import { Session } from '@fathom/neural/runtime/session';
import { type Precision, weightProduct } from '@fathom/neural/serving/weight-product';

const [rows, input, output] = [512, 1_024, 2_048];
const forMs = 1_500;

/** Of the fastest of many products. */
export async function productFlopsPerSecond({
  precision,
  threads,
}: {
  readonly precision: Precision;
  readonly threads: number;
}): Promise<number> {
  const numbers = (count: number): Float32Array =>
    Float32Array.from({ length: count }, (_, at) => Math.sin(at + 1));
  const builder = new GraphBuilder('product');
  const weights = [{ dims: [output, input], data: numbers(output * input) }];
  const x = builder.input('x', 'float32', [rows, input]);
  builder.output('y', weightProduct(builder, { x, weights, name: 'product', precision, int8: 'fused' }));
  const session = Session.create(builder.build(), { threads });
  const plan = session.plan(
    { x: floats([rows, input], numbers(rows * input)) },
    { y: floats([rows, output], new Float32Array(rows * output)) },
  );
  let fastestMs = Number.POSITIVE_INFINITY;
  for (const until = performance.now() + forMs; performance.now() < until; ) {
    const startedAt = performance.now();
    session.runNow(plan);
    fastestMs = Math.min(fastestMs, performance.now() - startedAt);
  }
  session.release();
  return (1_000 * 2 * rows * input * output) / fastestMs;
}

/** Of the products of one token by all matrices; of an embedding that is not the head as well, one row is read, none multiplied. */
export function flopsOfToken({ config, weights }: Pick<ModelFolder, 'config' | 'weights'>): number {
  let elements = 0;
  for (const [name, { dims, data }] of weights)
    if (dims.length === 2 && (config.tieEmbeddings || name !== embeddingName)) elements += data.length;
  return 2 * elements;
}
