/** The long part of opening an ONNX export: its graph read, checked and edited, its session made. */
import { checkOnnxFile } from '../models/onnx-folder.ts';
import type { DetachedSession } from '../runtime/session.ts';
import { openEdited } from './exported-edits.ts';
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
  /** See `exported-edits.ts`. */
  readonly hasSummaries: boolean;
}

export type PrepareExport = (job: ExportJob) => Promise<PreparedExport>;

/** Throws `ONNX_CORRUPT`, `ONNX_UNSUPPORTED`, `MODEL_INCOMPLETE`, or `RUNTIME_FAILED` with ONNX Runtime's own words. */
export async function prepareExport({
  path,
  vocabularySize = 0,
  threads,
}: ExportJob): Promise<PreparedExport> {
  const { model, graph } = checkOnnxFile({ path }, { vocabularySize });
  const { session, hasSummaries } = openEdited(model, graph, { threads });
  return { graph, session: session.detach(), hasSummaries };
}
