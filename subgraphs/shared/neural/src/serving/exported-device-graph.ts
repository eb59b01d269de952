/**
 * A Hugging Face ONNX export on a device with memory of its own: its file as it is, its cache as the engine's own graph has
 * it there (`device-cache.ts`). What follows from the attention mask is reckoned by the processor, which copies some numbers
 * a run; an operator that computes on what the model knows is the device's, or the file is refused.
 */
import { NeuralError } from '../errors.ts';
import { checkOnnxFile } from '../models/onnx-folder.ts';
import type { ExecutionProvider } from '../runtime/execution-provider.ts';
import { HostTensor, longs } from '../runtime/host-tensor.ts';
import { Session } from '../runtime/session.ts';
import { lastOf } from './decoder-input.ts';
import type { DeviceGraph, RunMemory, RunNumbers } from './device-graph.ts';
import { interfaceOf } from './exported-edits.ts';
import { type ExportedGraph, keptFeed, keptPositions } from './exported-graph.ts';
import type { ExportJob } from './prepare-export.ts';

/** What exports reckon lengths, positions and masks with, on whole numbers, or carry through as it is. */
const bookkeeping: ReadonlySet<string> = new Set([
  ...['Shape', 'Size', 'Range', 'Constant', 'ConstantOfShape', 'Cast', 'Identity', 'ReduceSum', 'ReduceMax'],
  ...['Add', 'Sub', 'Mul', 'Div', 'Neg', 'Mod', 'Min', 'Max', 'CumSum'],
  ...['Gather', 'Slice', 'Concat', 'Reshape', 'Squeeze', 'Unsqueeze', 'Expand', 'Where', 'Trilu'],
  ...['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual', 'And', 'Or', 'Not'],
]);

export interface ExportedOnDevice {
  readonly graph: ExportedGraph;
  open(): DeviceGraph;
}

/** Throws what `prepareExport` throws, before and in `open`. */
export function exportedDeviceGraph(job: ExportJob, provider: ExecutionProvider): ExportedOnDevice {
  const { path, vocabularySize = 0, threads } = job;
  const { model, graph } = checkOnnxFile({ path }, { vocabularySize });
  const refuse = (problem: string): never => {
    throw new NeuralError('ONNX_UNSUPPORTED', `${path}: ${problem}`, { details: { path, problem } });
  };
  if (graph.cache === 'relayed')
    refuse(
      `its attention gives the cache back anew with each token; on ${provider.kind} an export is served whose attention is the operator GroupQueryAttention`,
    );
  return {
    graph,
    open() {
      const session = Session.open(path, interfaceOf(model), { provider, threads, recordsPlacement: true });
      // On the processor itself nothing is left to it.
      const all = provider.kind === 'cpu' ? [] : session.leftToProcessor();
      const left = all.filter((operator) => !bookkeeping.has(operator));
      if (left.length > 0) {
        session.release();
        refuse(`${provider.kind} does not run its operators ${left.join(', ')}`);
      }
      return {
        session,
        vocabularySize: graph.vocabularySize,
        prepare: (rows, time) => prepareRun(graph, rows, time),
      };
    },
  };
}

function prepareRun(graph: ExportedGraph, rows: number, time: number): RunMemory {
  const { hasPositionIds, vocabularySize } = graph;
  const ids = longs([rows, time], new BigInt64Array(rows * time));
  const positions = longs([rows, time], new BigInt64Array(rows * time));
  const kept = keptPositions(graph, rows, time);
  const all = new Float32Array(rows * kept * vocabularySize);
  let ends: readonly number[] = [];
  const fixed = {
    input_ids: ids,
    ...(hasPositionIds ? { position_ids: positions } : {}),
    ...keptFeed(graph, kept),
  };
  return {
    inputs: { ...fixed, attention_mask: longs([rows, time], new BigInt64Array(rows * time)) },
    outputs: { logits: new HostTensor([rows, kept, vocabularySize], all) },
    fill({ tokens, lengths, longest }) {
      for (const [at, token] of tokens.entries()) ids.data[at] = BigInt(token);
      for (const [row, length] of lengths.entries()) {
        const start = Math.max(0, length + 1 - time);
        for (let at = 0; at < time; at += 1) positions.data[row * time + at] = BigInt(start + at);
      }
      ends = lengths.map((length) => (kept === 1 ? 0 : lastOf(length, time)));
      return { ...fixed, attention_mask: maskOf(lengths, longest) };
    },
    logits() {
      if (kept === 1) return all;
      const last = new Float32Array(rows * vocabularySize);
      for (const [row, end] of ends.entries()) {
        const from = (row * kept + end) * vocabularySize;
        last.set(all.subarray(from, from + vocabularySize), row * vocabularySize);
      }
      return last;
    },
  };
}

function maskOf(lengths: RunNumbers['lengths'], columns: number): HostTensor {
  const mask = new BigInt64Array(lengths.length * columns);
  for (const [row, length] of lengths.entries()) mask.fill(1n, row * columns, row * columns + length + 1);
  return longs([lengths.length, columns], mask);
}
