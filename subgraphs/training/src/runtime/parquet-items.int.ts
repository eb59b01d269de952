import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetMetadata } from 'hyparquet';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReadItem } from '../domain/example-reader.ts';
import { parquetItems } from './parquet-items.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-parquet-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Written {
  readonly columns: ColumnSource[];
  readonly rowGroupSize?: number;
  readonly codec?: 'UNCOMPRESSED' | 'SNAPPY';
}

const write = ({ columns, rowGroupSize = 100, codec = 'SNAPPY' }: Written): Buffer =>
  Buffer.from(parquetWriteBuffer({ columnData: columns, rowGroupSize, codec }));

const pairs = (count: number): ColumnSource[] => [
  { name: 'id', data: Array.from({ length: count }, (_, index) => index), type: 'INT32' },
  {
    name: 'completion',
    data: Array.from({ length: count }, (_, index) => `answer ${index}`),
    type: 'STRING',
  },
  {
    name: 'prompt',
    data: Array.from({ length: count }, (_, index) => `question ${index} é`),
    type: 'STRING',
  },
];

async function read(bytes: Buffer) {
  const path = join(folder, 'file.parquet');
  await writeFile(path, bytes);
  const batches: (readonly ReadItem[])[] = [];
  for await (const batch of parquetItems(path)) batches.push(batch);
  const items = batches.flat();
  return {
    batches,
    examples: items.flatMap((item) => (item.kind === 'example' ? [item.example] : [])),
    problems: items.flatMap((item) => (item.kind === 'problem' ? [item.problem] : [])),
  };
}

test.each(['UNCOMPRESSED', 'SNAPPY'] as const)('rows of all row groups come in order (%s)', async (codec) => {
  const { batches, examples, problems } = await read(write({ columns: pairs(250), codec }));
  expect(problems).toEqual([]);
  expect(batches.map(({ length }) => length)).toEqual([100, 100, 50]);
  expect(examples).toHaveLength(250);
  expect(examples[137]).toEqual({ prompt: 'question 137 é', completion: 'answer 137' });
});

test('a column of text is learned as it is', async () => {
  const columns: ColumnSource[] = [{ name: 'text', data: ['once', 'upon'], type: 'STRING' }];
  expect((await read(write({ columns }))).examples).toEqual([{ text: 'once' }, { text: 'upon' }]);
});

describe('what is wrong is named', () => {
  test('by the columns that are there', async () => {
    const columns: ColumnSource[] = [{ name: 'question', data: ['a'], type: 'STRING' }];
    expect((await read(write({ columns }))).problems).toMatchObject([
      { code: 'COLUMNS_WRONG', message: expect.stringContaining('it has `question`') },
    ]);
  });

  test('by the row, be it empty, missing or no text', async () => {
    const prompt = Array.from({ length: 150 }, (_, index) => (index === 120 ? null : `q${index}`));
    const completion = prompt.map((_, index) => (index === 7 ? '' : 'a'));
    const columns: ColumnSource[] = [
      { name: 'prompt', data: prompt, type: 'STRING', nullable: true },
      { name: 'completion', data: completion, type: 'STRING' },
    ];
    const { problems, examples } = await read(write({ columns }));
    expect(examples).toHaveLength(148);
    expect(problems).toMatchObject([
      { line: 8, rowGroup: 1, code: 'FIELD_INVALID', message: '`completion` is empty' },
      { line: 121, rowGroup: 2, code: 'FIELD_INVALID', message: '`prompt` is missing or not a string' },
    ]);
    const numbers: ColumnSource[] = [
      { name: 'prompt', data: [1, 2], type: 'INT32' },
      { name: 'completion', data: ['a', 'b'], type: 'STRING' },
    ];
    expect((await read(write({ columns: numbers }))).problems).toMatchObject([
      { line: 1, code: 'FIELD_INVALID' },
      { line: 2, code: 'FIELD_INVALID' },
    ]);
  });

  test('by the byte of a value that is not UTF-8', async () => {
    const bytes = write({ columns: pairs(100), codec: 'UNCOMPRESSED' });
    const at = bytes.indexOf('question 42 é') + 'question 42 '.length;
    bytes[at] = 0xff;
    expect((await read(bytes)).problems).toMatchObject([
      {
        line: 43,
        rowGroup: 1,
        code: 'ENCODING_INVALID',
        message: '`prompt` is not UTF-8 from its byte 13 on',
      },
    ]);
  });

  test('by the row group that is damaged, and the others are read', async () => {
    const bytes = write({ columns: pairs(250) });
    const metadata = parquetMetadata(new Uint8Array(bytes).buffer);
    const { meta_data } = metadata.row_groups[1]!.columns[1]!;
    const start = Number(meta_data!.dictionary_page_offset ?? meta_data!.data_page_offset);
    bytes.fill(0xff, start, start + Number(meta_data!.total_compressed_size));
    const { examples, problems } = await read(bytes);
    expect(examples).toHaveLength(150);
    expect(problems).toMatchObject([
      {
        line: 101,
        rowGroup: 2,
        code: 'CORRUPT',
        message: expect.stringMatching(/^row group 2 of 3 cannot be read: /),
      },
    ]);
  });

  test('as a whole, where the file is cut short, empty or no Parquet', async () => {
    const whole = write({ columns: pairs(10) });
    for (const bytes of [
      whole.subarray(0, -20),
      Buffer.from('PAR1'),
      Buffer.from('{"prompt":"a"}\n'),
      Buffer.alloc(0),
    ]) {
      expect((await read(bytes)).problems).toMatchObject([
        { code: 'CORRUPT', message: expect.stringMatching(/^the file is no Parquet, or damaged: /) },
      ]);
    }
  });

  test('wherever a byte is damaged, it ends in problems or in examples, and never in a fall', async () => {
    const whole = write({ columns: pairs(40), rowGroupSize: 20 });
    for (let at = 4; at < whole.length; at += 17) {
      const bytes = Buffer.from(whole);
      bytes[at] = bytes[at]! ^ 0x5a;
      const { examples, problems } = await read(bytes);
      expect(examples.length + problems.length).toBeGreaterThan(0);
    }
  });
});
