/**
 * A graph whose weights exceed what a protobuf message holds: 2 GiB. Its one large table is zero all through and lies in memory,
 * or on disk, that nobody has touched yet, so the tests need little of either.
 */
import { mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphPieces } from '../export/graph-pieces.ts';
import { encodeModel, encodeModelWithData } from '../onnx/encode-model.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { readOnnxModel } from '../onnx/read-model.ts';
import type { Graph } from '../onnx/types.ts';
import { floats, longs } from './host-tensor.ts';
import { Session } from './session.ts';

const width = 1_024;
const rows = 600_000;
/** 2.29 GiB. */
const tableBytes = rows * width * Float32Array.BYTES_PER_ELEMENT;
const lastRow = rows - 1;

/** Rows of the table by their ids, with a marker in the last row: it lies behind the first 2 GiB. */
function largeGraph(): Graph {
  const data = new Float32Array(rows * width);
  data[lastRow * width] = 42;
  const builder = new GraphBuilder('large');
  const ids = builder.input('ids', 'int64', ['count']);
  builder.output('rows', builder.gather(builder.initializer('table', { dims: [rows, width], data }), ids));
  return builder.build();
}

async function firstOfRows(session: Session, ids: readonly number[]): Promise<readonly number[]> {
  const found = floats([ids.length, width]);
  const inputs = { ids: longs([ids.length], BigInt64Array.from(ids, BigInt)) };
  await session.run(session.plan(inputs, { rows: found }));
  return ids.map((_, at) => (found.data as Float32Array)[at * width]!);
}

describe('a graph of more than 2 GiB', () => {
  const residentBytes = (): number => process.memoryUsage.rss();
  let graph: Graph;
  let dir: string;
  beforeAll(async () => {
    graph = largeGraph();
    dir = await mkdtemp(join(tmpdir(), 'fathom-large-graph-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  it('is built and run with its weights where they lie, and none of them is copied', async () => {
    const before = residentBytes();
    const session = Session.create(graph, { threads: 1 });
    expect(await firstOfRows(session, [0, lastRow])).toEqual([0, 42]);
    session.release();
    expect(residentBytes() - before).toBeLessThan(tableBytes / 4);
  });

  it('is written as a small graph beside a file of weights, and loads from there', async () => {
    const pieces = new Map(graphPieces(graph, 'model.onnx'));
    expect([...pieces.keys()]).toEqual(['model.onnx', 'model.onnx_data']);
    const model = pieces.get('model.onnx') as Uint8Array;
    expect(model.byteLength).toBeLessThan(2_000);
    const path = join(dir, 'model.onnx');
    await writeFile(path, model);
    const weights = pieces.get('model.onnx_data') as readonly Uint8Array[];
    expect(weights.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBe(tableBytes);
    // Only what is not zero: the rest of the file is a hole.
    const file = await open(`${path}_data`, 'w');
    await file.truncate(tableBytes);
    const [table] = weights as [Uint8Array];
    const markerAt = lastRow * width * Float32Array.BYTES_PER_ELEMENT;
    await file.write(table.subarray(markerAt, markerAt + 4), 0, 4, markerAt);
    await file.close();
    expect((await stat(`${path}_data`)).size).toBe(tableBytes);

    expect(readOnnxModel(path)).toMatchObject({
      parameterCount: rows * width,
      bytes: model.byteLength + tableBytes,
    });
    const { name, inputs, outputs } = graph;
    const session = Session.open(path, { name, inputs, outputs }, { threads: 1 });
    expect(await firstOfRows(session, [lastRow, 1])).toEqual([42, 0]);
    session.release();
  });

  it('is refused by name where it would have to be one piece, before anything is written', () => {
    const before = residentBytes();
    expect(() => encodeModel(graph)).toThrow(
      /^graph large takes 24\d{8} bytes; an ONNX model in one piece holds at most 2147483647$/,
    );
    const small = { fileName: 'weights', minBytes: Number.POSITIVE_INFINITY };
    expect(() => encodeModelWithData(graph, small)).toThrow('graph large takes');
    expect(residentBytes() - before).toBeLessThan(tableBytes / 4);
  });
});
