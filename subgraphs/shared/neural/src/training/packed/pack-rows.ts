/** Which pieces share a row. 8 bytes a piece while rows are made, 4 bytes a piece and a row afterwards. */
export interface PackedRows {
  readonly count: number;
  /** The numbers of the pieces of a row, in their order. */
  piecesOf(row: number): Uint32Array;
}

/** Rows still open for a short example; more of them pack tighter and cost more search. */
const openRows = 32;

/** First fit over the most recently opened rows, piece after piece in the order given. */
export function packRows(
  order: Uint32Array,
  options: { readonly lengthOf: (piece: number) => number; readonly sequenceLength: number },
): PackedRows {
  const rowOf = new Uint32Array(order.length);
  const sizes = new Uint32Array(order.length);
  // Of the open rows: row r is at r modulo their number.
  const free = new Float64Array(openRows + 1);
  let [count, firstOpen] = [0, 0];
  order.forEach((piece, at) => {
    const length = options.lengthOf(piece);
    let row = firstOpen;
    while (row < count && free[row % free.length]! < length) row += 1;
    if (row === count) {
      free[row % free.length] = options.sequenceLength;
      count += 1;
      firstOpen = Math.max(firstOpen, count - openRows);
    }
    free[row % free.length]! -= length;
    rowOf[at] = row;
    sizes[row]! += 1;
  });
  return gathered(order, { rowOf, sizes: sizes.subarray(0, count) });
}

function gathered(
  order: Uint32Array,
  { rowOf, sizes }: { readonly rowOf: Uint32Array; readonly sizes: Uint32Array },
): PackedRows {
  const ends = new Uint32Array(sizes.length);
  let start = 0;
  sizes.forEach((size, row) => {
    // Where a row begins; each of its pieces moves it on, to where the row ends.
    ends[row] = start;
    start += size;
  });
  const members = new Uint32Array(order.length);
  rowOf.forEach((row, at) => {
    members[ends[row]!] = order[at]!;
    ends[row]! += 1;
  });
  return {
    count: ends.length,
    piecesOf: (row) => members.subarray(row === 0 ? 0 : ends[row - 1]!, ends[row]!),
  };
}
