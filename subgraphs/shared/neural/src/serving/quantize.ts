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

/** [out, in] -> [in, out] */
export function transposeMatrix(data: Float32Array, rows: number, columns: number): Float32Array {
  const transposed = new Float32Array(data.length);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1)
      transposed[column * rows + row] = data[row * columns + column]!;
  }
  return transposed;
}
