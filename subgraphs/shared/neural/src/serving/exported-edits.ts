/** What is changed of an export while it is loaded; each of the edits by itself, where the graph is one that it fits. */
import { dirname } from 'node:path';
import { editModel, joinEdits, type ModelEdit } from '../onnx/edit-model.ts';
import type { OnnxModel } from '../onnx/read-model.ts';
import { type ElementType, elementTypeCodes, type Value } from '../onnx/types.ts';
import { type Interface, Session } from '../runtime/session.ts';
import { withPlainAttention } from './exported-attention.ts';
import type { ExportedGraph } from './exported-graph.ts';
import { withLastTokensAlone } from './exported-last-tokens.ts';
import { withLengthsGiven } from './exported-lengths.ts';

export interface EditedExport {
  readonly session: Session;
  /** Whether it gives what `row-summaries.ts` draws, of the last tokens, whose logits alone it then gives. */
  readonly hasSummaries: boolean;
}

/** Throws `RUNTIME_FAILED` with ONNX Runtime's own words. */
export function openEdited(
  model: OnnxModel,
  graph: ExportedGraph,
  settings: { readonly threads: number | undefined },
): EditedExport {
  const lastTokens = withLastTokensAlone(model);
  const edits = [
    ...(graph.cache === 'shared' ? [withPlainAttention(model, graph.headSize), withLengthsGiven(model)] : []),
    lastTokens?.edit,
  ].filter((edit) => edit !== undefined);
  const declared = interfaceOf(model, edits);
  const session =
    edits.length === 0
      ? Session.open(model.path, declared, settings)
      : Session.openEdited(
          { model: editModel(model.path, edits.reduce(joinEdits)), folder: dirname(model.path) },
          declared,
          settings,
        );
  return { session, hasSummaries: lastTokens?.hasSummaries ?? false };
}

/** Names are all that a session takes from it: the shapes are given with each run. */
export function interfaceOf(model: OnnxModel, edits: readonly ModelEdit[] = []): Interface {
  const removed = new Set(edits.flatMap(({ removedInputs }) => [...removedInputs]));
  const replaced = new Set(edits.flatMap(({ outputs }) => outputs.map(({ name }) => name)));
  const toValue = ({ name, type, dims }: OnnxModel['inputs'][number]): Value => ({
    name,
    type: type in elementTypeCodes ? (type as ElementType) : 'float32',
    dims,
  });
  return {
    name: model.path,
    inputs: [
      ...model.inputs.filter(({ name }) => !removed.has(name)).map(toValue),
      ...edits.flatMap(({ addedInputs }) => addedInputs),
    ],
    outputs: [
      ...model.outputs.filter(({ name }) => !replaced.has(name)).map(toValue),
      ...edits.flatMap(({ outputs }) => outputs),
    ],
  };
}
