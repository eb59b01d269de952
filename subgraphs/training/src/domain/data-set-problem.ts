/** What can be wrong with the content of a data set, place by place. */
export type ProblemCode =
  /** Not what the format says: JSON that does not parse, quotes of a CSV that do not match. */
  | 'MALFORMED'
  /** `prompt`, `completion` or `text` is missing, empty, too long or no text. */
  | 'FIELD_INVALID'
  /** The columns that are needed are not there, or a row has another number of fields than the header. */
  | 'COLUMNS_WRONG'
  /** Not UTF-8. */
  | 'ENCODING_INVALID'
  /** Longer than any example could be. */
  | 'LINE_TOO_LONG'
  /** A file that is damaged, or is another one than its format says. */
  | 'CORRUPT';

export interface DataSetProblem {
  /** From 1; in Parquet the row. */
  readonly line: number;
  readonly code: ProblemCode;
  /** Continues a sentence that begins with the place. */
  readonly message: string;
  /** From the beginning of the content, where that is more exact than the line. */
  readonly byteOffset: number | null;
  /** Of Parquet, from 1. */
  readonly rowGroup: number | null;
}

export const maxProblemsShown = 20;

/** The first problems and how many there are, in whatever order they come in: memory stays bounded. */
export class ProblemList {
  readonly shown: DataSetProblem[] = [];
  count = 0;

  add(problem: DataSetProblem): void {
    this.count += 1;
    if (this.shown.length < maxProblemsShown) this.shown.push(problem);
  }

  /** For people. */
  summary(): string {
    const isParquet = this.shown.some(({ rowGroup }) => rowGroup !== null);
    const noun = `${isParquet ? 'place' : 'line'}${this.count === 1 ? ' is' : 's are'}`;
    return `${this.count.toLocaleString('en')} ${noun} wrong; nothing was stored.`;
  }
}
