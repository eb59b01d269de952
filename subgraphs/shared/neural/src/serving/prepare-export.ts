/** The long part of opening an ONNX export: its graph read, checked and edited, its session made. */
import { dirname } from 'node:path';
import { checkOnnxFile } from '../models/onnx-folder.ts';
import type { OnnxModel, OnnxValue } from '../onnx/read-model.ts';
import { type ElementType, elementTypeCodes, type Value } from '../onnx/types.ts';
import { type DetachedSession, type Interface, Session } from '../runtime/session.ts';
import { withPlainAttention } from './exported-attention.ts';
import type { ExportedGraph } from './exported-graph.ts';

export interface ExportJob {
  /** The ONNX file; its data files lie beside it. */
  readonly path: string;
  /** Tokens of the tokenizer that it is to be served with; unchecked without it. */
  readonly vocabularySize?: number | undefined;
  readonly threads?: number | undefined;
}

export interface PreparedExport {
  readonly graph: ExportedGraph;
  readonly session: DetachedSession;
}

export type PrepareExport = (job: ExportJob) => Promise<PreparedExport>;

/** Throws `ONNX_CORRUPT`, `ONNX_UNSUPPORTED`, `MODEL_INCOMPLETE`, or `RUNTIME_FAILED` with ONNX Runtime's own words. */
export async function prepareExport({
  path,
  vocabularySize = 0,
  threads,
}: ExportJob): Promise<PreparedExport> {
  const { model, graph } = checkOnnxFile({ path }, { vocabularySize });
  const edited = graph.cache === 'shared' ? withPlainAttention(model, graph.headSize) : undefined;
  const session =
    edited === undefined
      ? Session.open(path, interfaceOf(model), { threads })
      : Session.openEdited({ model: edited, folder: dirname(path) }, interfaceOf(model), { threads });
  return { graph, session: session.detach() };
}

/** Names are all that a session takes from it: the shapes are given with each run. */
export function interfaceOf(model: OnnxModel): Interface {
  const toValue = ({ name, type, dims }: OnnxValue): Value => ({
    name,
    type: type in elementTypeCodes ? (type as ElementType) : 'float32',
    dims,
  });
  return { name: model.path, inputs: model.inputs.map(toValue), outputs: model.outputs.map(toValue) };
}
