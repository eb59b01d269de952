/** The long part of opening an ONNX export: its graph read, checked and edited, its session made. */
import { checkOnnxFile } from '../models/onnx-folder.ts';
import { cpu } from '../runtime/execution-provider.ts';
import type { DetachedSession } from '../runtime/session.ts';
import { type EditOptions, openEdited, type PlannedExport, planEdits } from './exported-edits.ts';
import type { ExportedGraph } from './exported-graph.ts';

export interface ExportJob {
  /** The ONNX file; its data files lie beside it. */
  readonly path: string;
  /** Tokens of the tokenizer that it is to be served with; unchecked without it. */
  readonly vocabularySize?: number | undefined;
  /** Tokens that a slot will hold, prompt and answer together. */
  readonly capacity: number;
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
  capacity,
  threads,
}: ExportJob): Promise<PreparedExport> {
  const { model, graph } = checkOnnxFile({ path }, { vocabularySize });
  const planned = planEdits(model, graph, { provider: cpu, capacity, threads, summaries: true });
  const session = openEdited(planned, { threads });
  return { graph: planned.graph, session: session.detach(), hasSummaries: planned.hasSummaries };
}

export type DeviceExportJob = ExportJob & EditOptions;
export type PrepareDeviceExport = (job: DeviceExportJob) => Promise<PlannedExport>;

/** On a GPU, whose sessions the thread makes that runs them. Throws `ONNX_CORRUPT`, `ONNX_UNSUPPORTED` or `MODEL_INCOMPLETE`. */
export async function prepareDeviceExport(job: DeviceExportJob): Promise<PlannedExport> {
  const { model, graph } = checkOnnxFile(job, { vocabularySize: job.vocabularySize ?? 0 });
  return planEdits(model, graph, job);
}
