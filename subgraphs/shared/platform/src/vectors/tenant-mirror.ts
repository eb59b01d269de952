import { dotRows } from './vector-math.ts';
import type { VectorMatch } from './vector-types.ts';

export interface ChangedRow {
  readonly id: string;
  /** Little-endian float32; null for a row that was deleted. */
  readonly vector: Buffer | null;
  readonly metadata: unknown;
}

/**
 * One tenant's vectors in memory: a row-major matrix without holes (a deleted row is overwritten by the last one).
 *
 *     matrix   [ row 0 | row 1 | ... | row count-1 | free ... ]    Float32, [capacity, dimensions]
 *     ids      [ id 0  , id 1  , ... ]
 */
export class TenantMirror {
  readonly #dimensions: number;
  #matrix: Float32Array;
  #scores = new Float32Array(0);
  readonly #ids: string[] = [];
  readonly #metadata: unknown[] = [];
  readonly #rowOf = new Map<string, number>();
  #version = 0n;

  constructor(dimensions: number) {
    this.#dimensions = dimensions;
    this.#matrix = new Float32Array(0);
  }

  /** All changes up to this version are in. */
  get version(): bigint {
    return this.#version;
  }

  /** Of the matrix; metadata are small beside it. */
  get bytes(): number {
    return this.#matrix.byteLength;
  }

  /** All rows that changed between the mirror's version and this one. */
  apply(changes: readonly ChangedRow[], version: bigint): void {
    for (const { id, vector, metadata } of changes) {
      if (vector === null) this.#remove(id);
      else this.#set(id, vector, metadata);
    }
    this.#version = version;
  }

  /** Best first; equal scores by id. `query` has length 1. */
  nearest(query: Float32Array, limit: number): readonly VectorMatch[] {
    const count = this.#ids.length;
    if (this.#scores.length < count) this.#scores = new Float32Array(this.#matrix.length / this.#dimensions);
    const scores = this.#scores;
    dotRows(this.#matrix, count, query, scores);
    const better = (a: number, b: number) =>
      (scores[b] as number) - (scores[a] as number) ||
      ((this.#ids[a] as string) < (this.#ids[b] as string) ? -1 : 1);
    const best: number[] = [];
    for (let row = 0; row < count; row += 1) {
      const last = best.at(-1);
      if (best.length === limit && last !== undefined && better(last, row) < 0) continue;
      insertSorted(best, row, better);
      if (best.length > limit) best.pop();
    }
    return best.map((row) => ({
      id: this.#ids[row] as string,
      score: Math.min(1, Math.max(-1, scores[row] as number)),
      metadata: this.#metadata[row],
    }));
  }

  #set(id: string, vector: Buffer, metadata: unknown): void {
    let row = this.#rowOf.get(id);
    if (row === undefined) {
      row = this.#ids.length;
      this.#grow(row + 1);
      this.#rowOf.set(id, row);
      this.#ids.push(id);
    }
    for (let i = 0; i < this.#dimensions; i += 1)
      this.#matrix[row * this.#dimensions + i] = vector.readFloatLE(i * 4);
    this.#metadata[row] = metadata;
  }

  #remove(id: string): void {
    const row = this.#rowOf.get(id);
    if (row === undefined) return;
    const last = this.#ids.length - 1;
    if (row !== last) {
      this.#matrix.copyWithin(row * this.#dimensions, last * this.#dimensions, (last + 1) * this.#dimensions);
      this.#ids[row] = this.#ids[last] as string;
      this.#metadata[row] = this.#metadata[last];
      this.#rowOf.set(this.#ids[row] as string, row);
    }
    this.#rowOf.delete(id);
    this.#ids.pop();
    this.#metadata.pop();
  }

  #grow(rowCount: number): void {
    if (rowCount * this.#dimensions <= this.#matrix.length) return;
    const grown = new Float32Array(Math.max(64, rowCount * 2) * this.#dimensions);
    grown.set(this.#matrix);
    this.#matrix = grown;
  }
}

function insertSorted(rows: number[], row: number, compare: (a: number, b: number) => number): void {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(rows[middle] as number, row) < 0) low = middle + 1;
    else high = middle;
  }
  rows.splice(low, 0, row);
}
