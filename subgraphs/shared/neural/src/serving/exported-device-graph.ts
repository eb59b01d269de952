/**
 * A Hugging Face ONNX export on a device with memory of its own: its file with the edits that fit it (`exported-edits.ts`), its
 * cache as the engine's own graph has it there (`device-cache.ts`). What follows from positions or the attention mask is reckoned
 * by the processor, which copies some numbers a run; an operator that computes on what the model knows is the device's, or the
 * file is refused.
 */
import { NeuralError } from '../errors.ts';
import { HostTensor, type HostTensors, longs } from '../runtime/host-tensor.ts';
import { lastOf } from './decoder-input.ts';
import type { DeviceGraph, RunMemory, RunNumbers } from './device-graph.ts';
import { openEdited, type PlannedExport } from './exported-edits.ts';
import { type ExportedGraph, keptFeed, keptPositions } from './exported-graph.ts';
import { lastTokensInput } from './exported-last-tokens.ts';
import { lengthsInput, longestInput } from './exported-lengths.ts';
import type { DeviceExportJob } from './prepare-export.ts';

/** What exports reckon lengths, positions and masks with, on whole numbers, or carry through as it is. */
const bookkeeping: ReadonlySet<string> = new Set([
  ...['Shape', 'Size', 'Range', 'Constant', 'ConstantOfShape', 'Cast', 'Identity', 'ReduceSum', 'ReduceMax'],
  ...['Add', 'Sub', 'Mul', 'Div', 'Neg', 'Mod', 'Min', 'Max', 'CumSum'],
  ...['Gather', 'Slice', 'Concat', 'Reshape', 'Squeeze', 'Unsqueeze', 'Expand', 'Where', 'Trilu'],
  ...['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual', 'And', 'Or', 'Not'],
]);

export interface ExportedOnDevice extends Pick<PlannedExport, 'graph' | 'attention'> {
  open(): DeviceGraph;
}

/** Throws `ONNX_UNSUPPORTED`, before and in `open`, which throws `RUNTIME_FAILED` as well. */
export function exportedDeviceGraph(
  planned: PlannedExport,
  job: Pick<DeviceExportJob, 'path' | 'provider' | 'threads'>,
): ExportedOnDevice {
  const { path, provider, threads } = job;
  const { graph, attention, declared } = planned;
  const inputs = new Set(declared.inputs.map(({ name }) => name));
  const refuse = (problem: string): never => {
    throw new NeuralError('ONNX_UNSUPPORTED', `${path}: ${problem}`, { details: { path, problem } });
  };
  if (graph.cache === 'relayed')
    refuse(
      `its attention is none that ${provider.kind} has an operator for: serve it on the processor, or add the model as safetensors`,
    );
  return {
    graph,
    attention,
    open() {
      const session = openEdited(planned, { provider, threads, recordsPlacement: true });
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
        prepare: (rows, time) => prepareRun({ graph, inputs, rows, time }),
      };
    },
  };
}

function prepareRun({
  graph,
  inputs,
  rows,
  time,
}: {
  readonly graph: ExportedGraph;
  readonly inputs: ReadonlySet<string>;
  readonly rows: number;
  readonly time: number;
}): RunMemory {
  const { hasPositionIds, vocabularySize } = graph;
  const ids = longs([rows, time], new BigInt64Array(rows * time));
  const positions = longs([rows, time], new BigInt64Array(rows * time));
  const lastOfRows = new HostTensor([rows], new Int32Array(rows));
  const longestOfAll = new HostTensor([], new Int32Array(1));
  const lastTokens = longs([rows, 1, 1], new BigInt64Array(rows));
  const hasLastAlone = inputs.has(lastTokensInput);
  const kept = hasLastAlone ? 1 : keptPositions(graph, rows, time);
  const all = new Float32Array(rows * kept * vocabularySize);
  let ends: readonly number[] = [];
  const fixed = {
    input_ids: ids,
    ...(hasPositionIds ? { position_ids: positions } : {}),
    ...(inputs.has(lengthsInput) ? { [lengthsInput]: lastOfRows, [longestInput]: longestOfAll } : {}),
    ...(hasLastAlone ? { [lastTokensInput]: lastTokens } : {}),
    ...keptFeed(graph, kept),
  };
  const withMask = (mask: () => HostTensor): HostTensors =>
    inputs.has('attention_mask') ? { ...fixed, attention_mask: mask() } : fixed;
  return {
    inputs: withMask(() => longs([rows, time], new BigInt64Array(rows * time))),
    outputs: { logits: new HostTensor([rows, kept, vocabularySize], all) },
    fill({ tokens, lengths, longest }) {
      for (const [at, token] of tokens.entries()) ids.data[at] = BigInt(token);
      for (const [row, length] of lengths.entries()) {
        const start = Math.max(0, length + 1 - time);
        for (let at = 0; at < time; at += 1) positions.data[row * time + at] = BigInt(start + at);
      }
      lastOfRows.data.set(lengths);
      longestOfAll.data[0] = longest;
      ends = lengths.map((length) => lastOf(length, time));
      for (const [row, end] of ends.entries()) lastTokens.data[row] = BigInt(end);
      return withMask(() => maskOf(lengths, longest));
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
