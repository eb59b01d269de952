/**
 * A graph as the file or files of an ONNX model. A protobuf message holds at most 2 GiB, so weights that come near it get a
 * file of their own, `<name>_data`, which the model refers to.
 */
import type { FileContent } from '../files.ts';
import { encodeModelWithData } from '../onnx/encode-model.ts';
import type { Graph } from '../onnx/types.ts';
import { graphWeightBytes } from '../serving/decoder-graph.ts';
import type { Precision } from '../serving/weight-product.ts';
import { huggingFaceGraphNames } from './graph-names.ts';

const defaultMaxBytesInGraph = 1_500_000_000;
/** Smaller tensors are read while the graph is built: they stay in it. */
const minExternalBytes = 1_024;

export function graphPieces(
  graph: Graph,
  name: string,
  { maxBytesInGraph = defaultMaxBytesInGraph }: { readonly maxBytesInGraph?: number | undefined } = {},
): readonly (readonly [string, FileContent])[] {
  const isLarge = graphWeightBytes(graph) > maxBytesInGraph;
  const dataPath = `${name}_data`;
  const encoded = encodeModelWithData(graph, {
    fileName: dataPath.replace(/^.*\//, ''),
    minBytes: isLarge ? minExternalBytes : Number.POSITIVE_INFINITY,
  });
  return isLarge
    ? [
        [name, encoded.model],
        [dataPath, encoded.data],
      ]
    : [[name, encoded.model]];
}

/** A graph a precision, under each of its names. */
export function precisionPieces(
  build: (precision: Precision) => Graph,
  precisions: readonly Precision[],
): readonly (readonly [string, FileContent])[] {
  return precisions.flatMap((precision) => {
    const graph = build(precision);
    return huggingFaceGraphNames[precision].flatMap((name) => graphPieces(graph, name));
  });
}

export interface ExportedFile {
  readonly path: string;
  readonly bytes: number;
}

export const exportedFiles = (files: ReadonlyMap<string, FileContent>): readonly ExportedFile[] =>
  [...files].map(([path, content]) => ({ path, bytes: byteCount(content) }));

function byteCount(content: FileContent): number {
  if (typeof content === 'string') return Buffer.byteLength(content);
  if (content instanceof Uint8Array) return content.byteLength;
  return content.reduce((total, piece) => total + piece.byteLength, 0);
}
