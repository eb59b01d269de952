/**
 * An export counts its attention mask to know how long each row is. In the edited graph the rows' lengths go into its
 * GroupQueryAttention operators as they are, as in the engine's own: six operators less, and no mask to write.
 *
 *   inputs   fathom.lengths [rows] int32       length of each sequence, new tokens included, less one
 *            fathom.longest int32              of the rows, new tokens and padding included
 *
 * Where anything else reads the mask, the file stays as it is.
 */
import { type ModelEdit, noEdit } from '../onnx/edit-model.ts';
import { wantedOf } from '../onnx/graph-walk.ts';
import type { OnnxModel, OnnxNode } from '../onnx/read-model.ts';
import type { Value } from '../onnx/types.ts';

export const lengthsInput = 'fathom.lengths';
export const longestInput = 'fathom.longest';

export const lengthsInputs: readonly [Value, Value] = [
  { name: lengthsInput, type: 'int32', dims: ['rows'] },
  { name: longestInput, type: 'int32', dims: [] },
];

/** Inputs of the operator. */
const [lengthsPlace, longestPlace] = [5, 6];

/** Undefined where the file is best run as it is. */
export function withLengthsGiven(model: OnnxModel): ModelEdit | undefined {
  const inputs = new Map([
    [lengthsPlace, lengthsInput],
    [longestPlace, longestInput],
  ]);
  const isAttention = ({ opType }: OnnxNode): boolean => opType === 'GroupQueryAttention';
  const places = model.nodes.flatMap((node, place) => (isAttention(node) ? [place] : []));
  if (places.length === 0) return undefined;
  const nodes = model.nodes.map((node) =>
    isAttention(node)
      ? { ...node, inputs: node.inputs.map((name, place) => inputs.get(place) ?? name) }
      : node,
  );
  const { wanted, idle } = wantedOf({ ...model, nodes });
  if (wanted.has('attention_mask')) return undefined;
  return {
    ...noEdit,
    nodes: new Map(places.map((place) => [place, { inputs, attributes: {} }])),
    removedNodes: idle,
    removedInputs: new Set(['attention_mask']),
    addedInputs: lengthsInputs,
  };
}
