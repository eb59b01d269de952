/**
 * The bytes of a data set, as they arrive, to its examples. One wrong line does not stop the reading, so that all that is
 * wrong can be told at once; however much comes, no more than the line under way is held.
 */
import { isUtf8 } from 'node:buffer';
import { type ByteLine, LineSplitter } from '@fathom/neural/byte-lines';
import type { Example } from '@fathom/neural/training/examples';
import { CsvReader, type CsvRow } from './csv.ts';
import type { DataSetProblem, ProblemCode } from './data-set-problem.ts';
import { PassageReader } from './passages.ts';
import { type ExampleShape, shapeOf, type TrainingTask } from './training-task.ts';
import { firstInvalidUtf8 } from './utf8.ts';

/** What is read as it arrives. */
export type LineFormat = 'JSONL' | 'CSV' | 'TEXT';
/** What has to be there as a whole before it can be read. */
export type DataSetFormat = LineFormat | 'PARQUET';

export type ReadItem =
  | { readonly kind: 'example'; readonly example: Example }
  | { readonly kind: 'problem'; readonly problem: DataSetProblem };

export interface ExampleReader {
  /** What this chunk completes. */
  push(chunk: Buffer): ReadItem[];
  /** What the end of the bytes completes. */
  end(): ReadItem[];
}

/** An example has at most 16,000 characters; the rest is room for escapes and for fields that nobody reads. */
export const maxLineBytes = 1024 * 1024;

export function createExampleReader(
  format: LineFormat,
  task: TrainingTask = 'LANGUAGE_MODEL',
): ExampleReader {
  const splitter = new LineSplitter(maxLineBytes);
  const lines = lineReaders[format](shapeOf(task));
  const readAll = (found: readonly ByteLine[]) =>
    found.flatMap((line) => {
      const text = textOf(line);
      return typeof text === 'string' ? (lines.read(text, line.number) ?? []) : [text];
    });
  return {
    push: (chunk) => readAll(splitter.push(chunk)),
    end: () => [...readAll(splitter.end()), ...lines.end()],
  };
}

/** Lines of text to items. */
export interface LineReader {
  read(text: string, line: number): ReadItem | undefined;
  end(): ReadItem[];
}

const lineReaders: Readonly<Record<LineFormat, (shape: ExampleShape) => LineReader>> = {
  JSONL: createJsonLines,
  CSV: createCsvLines,
  TEXT: createPassageLines,
};

function textOf(line: ByteLine): string | ReadItem {
  if (line.kind === 'too-long') {
    const message = `has ${line.lengthBytes.toLocaleString('en')} bytes, allowed are ${maxLineBytes.toLocaleString('en')}`;
    return problem('LINE_TOO_LONG', line.number, message, {
      byteOffset: line.byteOffset,
    });
  }
  const { bytes, number, byteOffset } = line;
  if (!isUtf8(bytes)) {
    const at = firstInvalidUtf8(bytes) ?? 0;
    return problem('ENCODING_INVALID', number, invalidUtf8Message(bytes, at), {
      byteOffset: byteOffset + at,
    });
  }
  return number === 1 ? stripMark(bytes.toString('utf8')) : bytes.toString('utf8');
}

function invalidUtf8Message(bytes: Buffer, at: number): string {
  const found = `0x${bytes[at]!.toString(16).padStart(2, '0')}`;
  const isUtf16 = at === 0 && ['feff', 'fffe'].includes(bytes.subarray(0, 2).toString('hex'));
  return isUtf16
    ? 'is UTF-16, not UTF-8; convert the file'
    : `is not UTF-8: byte ${at + 1} of the line, ${found}, begins no character`;
}

const stripMark = (text: string): string => (text.startsWith('\uFEFF') ? text.slice(1) : text);

function createJsonLines(shape: ExampleShape): LineReader {
  return {
    read(text, line) {
      if (text.trim() === '') return undefined;
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch (error) {
        return problem('MALFORMED', line, `is not valid JSON: ${(error as Error).message}`);
      }
      return exampleOf(shape.check(value), line);
    },
    end: () => [],
  };
}

/** The header names the columns, in any order and beside others. */
function createCsvLines(shape: ExampleShape): LineReader {
  const reader = new CsvReader(maxLineBytes);
  let columns: { readonly names: readonly string[]; readonly wanted: readonly string[] } | undefined;
  let isRefused = false;

  function readHeader({ line, fields }: CsvRow): ReadItem | undefined {
    const names = fields.map((name) => name.trim());
    const wanted = shape.columnsOf(names);
    if (wanted) {
      columns = { names, wanted };
      return undefined;
    }
    isRefused = true;
    return problem('COLUMNS_WRONG', line, `the header line ${shape.missingColumns(names)}`);
  }

  function readRow(row: CsvRow): ReadItem | undefined {
    if (isRefused) return undefined;
    const { line, fields, problems } = row;
    if (problems.length > 0) return problem('MALFORMED', line, problems.join('; '));
    if (columns === undefined) return readHeader(row);
    const { names, wanted } = columns;
    if (fields.length !== names.length) {
      return problem('COLUMNS_WRONG', line, `has ${fields.length} fields, the header has ${names.length}`);
    }
    const values = Object.fromEntries(wanted.map((name) => [name, fields[names.indexOf(name)]]));
    return exampleOf(shape.check(values), line);
  }

  return {
    read(text, line) {
      const row = reader.push(text, line);
      return row && readRow(row);
    },
    end() {
      const row = reader.end();
      const item = row && readRow(row);
      return item ? [item] : [];
    },
  };
}

function createPassageLines(): LineReader {
  const passages = new PassageReader();
  return {
    read(text) {
      const found = passages.push(text);
      return found === undefined ? undefined : { kind: 'example', example: { text: found } };
    },
    end: () => passages.end().map((text) => ({ kind: 'example', example: { text } })),
  };
}

export function exampleOf(
  example: Example | { readonly problem: string },
  line: number,
  rowGroup: number | null = null,
): ReadItem {
  return 'problem' in example
    ? problem('FIELD_INVALID', line, example.problem, { rowGroup })
    : { kind: 'example', example };
}

export function problem(
  code: ProblemCode,
  line: number,
  message: string,
  place: Partial<Pick<DataSetProblem, 'byteOffset' | 'rowGroup'>> = {},
): ReadItem {
  return { kind: 'problem', problem: { line, code, message, byteOffset: null, rowGroup: null, ...place } };
}
