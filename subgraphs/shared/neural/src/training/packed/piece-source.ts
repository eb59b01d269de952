/** Pieces by their number, wherever they lie: in memory, or in a file of which one piece is read at a time. */
import { type EncodedExample, type Piece, weighPiece } from '../examples.ts';
import type { RecordFile } from './record-file.ts';

export interface PieceSource {
  readonly count: number;
  /** Tokens of its row that a piece takes. */
  lengthOf(piece: number): number;
  read(piece: number): EncodedExample;
}

export const piecesInMemory = (pieces: readonly EncodedExample[]): PieceSource => ({
  count: pieces.length,
  lengthOf: (piece) => pieces[piece]!.ids.length,
  read: (piece) => pieces[piece]!,
});

/** Of a record: the example's place, how many tokens ask, the tokens. */
const headNumbers = 2;

export function pieceRecord({ index, questionTokens, tokens }: Piece): Uint8Array {
  const numbers = new Uint32Array(headNumbers + tokens.length);
  numbers[0] = index;
  numbers[1] = questionTokens;
  numbers.set(tokens, headNumbers);
  return new Uint8Array(numbers.buffer);
}

export const piecesInFile = (file: RecordFile, promptWeight: number): PieceSource => ({
  count: file.count,
  lengthOf: (piece) => file.lengths[piece]! / 4 - headNumbers - 1,
  read(piece) {
    const [index, questionTokens, ...tokens] = new Uint32Array(file.read(piece).buffer);
    return weighPiece({ index: index!, questionTokens: questionTokens!, tokens }, promptWeight);
  },
});
