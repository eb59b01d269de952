/** What is changed of an export while it is loaded; each of the edits by itself, where the graph is one that it fits. */
import { dirname } from 'node:path';
import { editModel, joinEdits, type ModelEdit } from '../onnx/edit-model.ts';
import type { OnnxModel } from '../onnx/read-model.ts';
import { type ElementType, elementTypeCodes, type Value } from '../onnx/types.ts';
import type { ExecutionProvider } from '../runtime/execution-provider.ts';
import { type Interface, Session, type SessionOptions } from '../runtime/session.ts';
import { type AttentionType, attentionTypeOn } from './cache-layout.ts';
import { withPlainAttention } from './exported-attention.ts';
import type { ExportedGraph } from './exported-graph.ts';
import { withAttentionInPlace } from './exported-in-place.ts';
import { withLastTokensAlone } from './exported-last-tokens.ts';
import { withLengthsGiven } from './exported-lengths.ts';

export interface EditOptions {
  readonly provider: ExecutionProvider;
  /** Of operators that are put in; what the provider's takes, without it. */
  readonly attention?: AttentionType | undefined;
  /** Whether runs are to give what `row-summaries.ts` draws, if they can. */
  readonly summaries?: boolean;
  /** Tokens that a slot will hold. */
  readonly capacity: number;
  readonly threads?: number | undefined;
}

/** What is to be done to a file. */
export interface PlannedExport {
  readonly model: OnnxModel;
  readonly edits: readonly ModelEdit[];
  /** As the graph is then. */
  readonly graph: ExportedGraph;
  readonly declared: Interface;
  readonly attention: AttentionType;
  /** Whether it gives what `row-summaries.ts` draws, of the last tokens, whose logits alone it then gives. */
  readonly hasSummaries: boolean;
}

/** Subgraphs of theirs may read any value of the graph, which an edit that leaves values out does not see. */
const withSubgraphs: ReadonlySet<string> = new Set(['If', 'Loop', 'Scan']);

export function planEdits(model: OnnxModel, graph: ExportedGraph, options: EditOptions): PlannedExport {
  const { provider, attention = attentionTypeOn(provider), summaries = false } = options;
  const isOnProcessor = provider.kind === 'cpu';
  const isFlat = !model.nodes.some(({ opType }) => withSubgraphs.has(opType));
  const inPlace =
    graph.cache === 'relayed' && isFlat
      ? withAttentionInPlace(model, graph, { ...options, attention, isOnProcessor })
      : undefined;
  const lastTokens = withLastTokensAlone(model, { summaries });
  const edits = [
    inPlace,
    ...(graph.cache === 'shared'
      ? [
          isOnProcessor ? withPlainAttention(model, graph.headSize) : undefined,
          isFlat ? withLengthsGiven(model) : undefined,
        ]
      : []),
    lastTokens?.edit,
  ].filter((edit) => edit !== undefined);
  return {
    model,
    edits,
    graph: inPlace === undefined ? graph : { ...graph, cache: 'shared' },
    declared: interfaceOf(model, edits),
    attention: inPlace === undefined ? 'float32' : attention,
    hasSummaries: lastTokens?.hasSummaries ?? false,
  };
}

/** Throws `RUNTIME_FAILED` with ONNX Runtime's own words. */
export function openEdited({ model, edits, declared }: PlannedExport, settings: SessionOptions): Session {
  return edits.length === 0
    ? Session.open(model.path, declared, settings)
    : Session.openEdited(
        { model: editModel(model.path, edits.reduce(joinEdits)), folder: dirname(model.path) },
        declared,
        settings,
      );
}

/** Names are all that a session takes from it: the shapes are given with each run. */
function interfaceOf(model: OnnxModel, edits: readonly ModelEdit[]): Interface {
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
