/**
 * A Parquet file to its examples: a row group after the other, within a row group a slice of rows at a time where the file
 * has an index of its pages, and of its columns only those that make an example. What is read at once lies outside the heap,
 * as the bytes of its pages; text is made of it some rows at a time.
 *
 * A file can claim what it likes: whatever it says of sizes is held against bounds before memory is given for it, and what
 * cannot be read is told by its row group.
 */
import { isUtf8 } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from 'hyparquet';
import { compressors as knownCompressors } from 'hyparquet-compressors';
import { exampleOf, problem, type ReadItem } from '../domain/example-reader.ts';
import { type ExampleShape, shapeOf, type TrainingTask } from '../domain/training-task.ts';
import { firstInvalidUtf8 } from '../domain/utf8.ts';
import type { Items } from './ingest-examples.ts';

/** Of the columns that are read. */
const maxRowGroupBytes = 256 * 1024 * 1024;
/** Read at once where there is an index; smaller slices decode the pages at their borders more often. */
const sliceBytes = 32 * 1024 * 1024;
/** What the common writers put into one at most. */
const maxRowGroupRows = 1_048_576;
const maxPageBytes = 64 * 1024 * 1024;
const rowsAtOnce = 1_000;

export async function* parquetItems(path: string, task: TrainingTask = 'LANGUAGE_MODEL'): Items {
  const shape = shapeOf(task);
  const handle = await open(path, 'r');
  try {
    const file = asyncBuffer(handle, (await handle.stat()).size);
    const metadata = await readMetadata(file);
    if ('kind' in metadata) return yield [metadata];
    const names = parquetSchema(metadata).children.map(({ element }) => element.name);
    const columns = shape.columnsOf(names);
    if (!columns) {
      yield [problem('COLUMNS_WRONG', 1, `the file ${shape.missingColumns(names)}`)];
      return;
    }
    yield* rowGroups({ file, metadata, columns: [...columns], shape });
  } finally {
    await handle.close();
  }
}

interface Source {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly columns: string[];
  readonly shape: ExampleShape;
}

async function* rowGroups(source: Source): Items {
  const { metadata } = source;
  const count = metadata.row_groups.length;
  let rowStart = 0;
  for (const [index, group] of metadata.row_groups.entries()) {
    const rowGroup = index + 1;
    const rows = Number(group.num_rows);
    const named = (message: string) =>
      problem('CORRUPT', rowStart + 1, `row group ${rowGroup} of ${count} ${message}`, { rowGroup });
    const refusal = refusalOf(source, index);
    if (refusal !== undefined) yield [named(refusal)];
    else {
      const step = hasPageIndex(source, index) ? rowsOfSlice(source, index) : rows;
      try {
        for (let from = rowStart; from < rowStart + rows; from += step)
          yield* readRows(source, { from, to: Math.min(from + step, rowStart + rows), rowGroup });
      } catch (error) {
        yield [named(`cannot be read: ${(error as Error).message}`)];
      }
    }
    rowStart += rows;
  }
}

interface Rows {
  /** Counted through the whole file, from 0. */
  readonly from: number;
  readonly to: number;
  readonly rowGroup: number;
}

async function* readRows({ file, metadata, columns, shape }: Source, { from, to, rowGroup }: Rows): Items {
  const rows = await parquetReadObjects({
    file,
    metadata,
    columns,
    rowStart: from,
    rowEnd: to,
    useOffsetIndex: true,
    compressors: boundedCompressors,
    parsers: { stringFromBytes: (bytes: Uint8Array) => bytes },
    geoparquet: false,
  });
  if (rows.length !== to - from) throw new Error(`it has ${rows.length} rows where it says ${to - from}`);
  for (let at = 0; at < rows.length; at += rowsAtOnce) {
    yield rows
      .slice(at, at + rowsAtOnce)
      .map((row, index) => itemOf(row, { line: from + at + index + 1, rowGroup, shape }));
  }
}

function itemOf(
  row: Readonly<Record<string, unknown>>,
  {
    line,
    rowGroup,
    shape,
  }: { readonly line: number; readonly rowGroup: number; readonly shape: ExampleShape },
): ReadItem {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    if (!(value instanceof Uint8Array)) fields[name] = value;
    else if (isUtf8(value)) fields[name] = textOf(value);
    else {
      const message = `\`${name}\` is not UTF-8 from its byte ${(firstInvalidUtf8(value) ?? 0) + 1} on`;
      return problem('ENCODING_INVALID', line, message, { rowGroup });
    }
  }
  return exampleOf(shape.check(fields), line, rowGroup);
}

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');

async function readMetadata(file: AsyncBuffer): Promise<FileMetaData | ReadItem> {
  try {
    return await parquetMetadataAsync(file, { geoparquet: false });
  } catch (error) {
    return problem('CORRUPT', 1, `the file is no Parquet, or damaged: ${(error as Error).message}`);
  }
}

function chunksOf({ metadata, columns }: Source, index: number) {
  const chunks = metadata.row_groups[index]?.columns ?? [];
  return chunks.filter(({ meta_data }) => columns.includes(meta_data?.path_in_schema[0] ?? ''));
}

const bytesOf = (source: Source, index: number): number =>
  chunksOf(source, index).reduce(
    (sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0),
    0,
  );

function rowsOfSlice(source: Source, index: number): number {
  const rows = Number(source.metadata.row_groups[index]?.num_rows);
  return Math.max(rowsAtOnce, Math.ceil((rows * sliceBytes) / Math.max(bytesOf(source, index), 1)));
}

function refusalOf(source: Source, index: number): string | undefined {
  const bytes = bytesOf(source, index);
  const rows = Number(source.metadata.row_groups[index]?.num_rows);
  if (!(rows >= 0 && bytes >= 0)) return 'claims sizes that cannot be';
  if (rows > maxRowGroupRows)
    return `has ${rows.toLocaleString('en')} rows, allowed are ${maxRowGroupRows.toLocaleString('en')}; write smaller row groups`;
  if (bytes <= maxRowGroupBytes) return undefined;
  return `has ${bytes.toLocaleString('en')} bytes, allowed are ${maxRowGroupBytes.toLocaleString('en')}; write smaller row groups`;
}

const hasPageIndex = (source: Source, index: number): boolean =>
  chunksOf(source, index).every(({ offset_index_offset }) => offset_index_offset !== undefined);

/** The same, but for what claims to become larger than any page is. */
const boundedCompressors: Compressors = Object.fromEntries(
  Object.entries(knownCompressors).map(([codec, decompress]) => [
    codec,
    (input: Uint8Array, outputLength: number) => {
      if (!(outputLength >= 0 && outputLength <= maxPageBytes))
        throw new Error(`a page claims ${outputLength} bytes, allowed are ${maxPageBytes}`);
      return decompress(input, outputLength);
    },
  ]),
);

function asyncBuffer(handle: FileHandle, byteLength: number): AsyncBuffer {
  return {
    byteLength,
    async slice(start, end = byteLength) {
      const [from, to] = [start < 0 ? byteLength + start : start, end < 0 ? byteLength + end : end];
      if (!(from >= 0 && to >= from && to <= byteLength))
        throw new Error(`bytes ${from} to ${to} are not within the file of ${byteLength}`);
      if (to - from > 2 * maxRowGroupBytes) throw new Error(`${to - from} bytes at once are too many`);
      const bytes = new Uint8Array(to - from);
      for (let at = 0; at < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, at, bytes.length - at, from + at);
        if (bytesRead === 0) throw new Error('the file became shorter');
        at += bytesRead;
      }
      return bytes.buffer;
    },
  };
}
