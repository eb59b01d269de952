/** A matrix [rows, columns] as int8 with one scale a column: value ≈ quantized · scale. */
export interface QuantizedMatrix {
  readonly values: Int8Array;
  readonly scales: Float32Array;
}

/** Symmetric: each column's largest magnitude becomes 127. A column of zeros keeps scale 1. */
export function quantizeColumns(data: Float32Array, columns: number): QuantizedMatrix {
  const scales = new Float32Array(columns);
  for (let at = 0; at < data.length; at += 1) {
    const column = at % columns;
    scales[column] = Math.max(scales[column]!, Math.abs(data[at]!));
  }
  for (let column = 0; column < columns; column += 1)
    scales[column] = scales[column]! === 0 ? 1 : scales[column]! / 127;
  return { values: Int8Array.from(data, (value, at) => Math.round(value / scales[at % columns]!)), scales };
}

/** Weights that share a scale in `quantizeBlocks`; ONNX Runtime's kernels are fastest with 32. */
export const int4BlockSize = 32;

/** A matrix [out, in] in four bits a weight, laid out as ONNX Runtime's MatMulNBits reads it. */
export interface Int4Matrix {
  /** [out, blocks, 16]: two weights a byte, the first in the low half; weight ≈ (four bits - 8) · scale. */
  readonly values: Uint8Array;
  /** [out, blocks] */
  readonly scales: Float32Array;
  readonly blocks: number;
}

/**
 * Each block of 32 weights of a row gets one scale. The weight of the largest magnitude becomes -8, the end of the range
 * that reaches farther, whichever its sign: a block then loses at most an eighth of its largest weight, and half of a
 * sixteenth of it on average (llama.cpp's Q4_0). The last block of a row is filled up with zeros.
 */
export function quantizeBlocks(data: Float32Array, columns: number): Int4Matrix {
  const rows = data.length / columns;
  const blocks = Math.ceil(columns / int4BlockSize);
  const blockBytes = int4BlockSize / 2;
  const values = new Uint8Array(rows * blocks * blockBytes).fill(0x88);
  const scales = new Float32Array(rows * blocks);
  for (let row = 0; row < rows; row += 1) {
    for (let block = 0; block < blocks; block += 1) {
      const start = row * columns + block * int4BlockSize;
      const count = Math.min(int4BlockSize, columns - block * int4BlockSize);
      const largest = largestOf(data, start, count);
      if (largest === 0) continue;
      const scale = largest / -8;
      scales[row * blocks + block] = scale;
      const target = (row * blocks + block) * blockBytes;
      for (let at = 0; at < count; at += 1) {
        const bits = Math.min(15, Math.max(0, Math.round(data[start + at]! / scale + 8)));
        const byte = target + (at >> 1);
        values[byte] = at % 2 === 0 ? (values[byte]! & 0xf0) | bits : (values[byte]! & 0x0f) | (bits << 4);
      }
    }
  }
  return { values, scales, blocks };
}

/** The entry of the largest magnitude, with its sign. */
function largestOf(data: Float32Array, start: number, count: number): number {
  let largest = 0;
  for (let at = start; at < start + count; at += 1)
    if (Math.abs(data[at]!) > Math.abs(largest)) largest = data[at]!;
  return largest;
}

/** [out, in] -> [in, out] */
export function transposeMatrix(data: Float32Array, rows: number, columns: number): Float32Array {
  const transposed = new Float32Array(data.length);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1)
      transposed[column * rows + row] = data[row * columns + column]!;
  }
  return transposed;
}
