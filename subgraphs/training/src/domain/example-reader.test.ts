import { expect, test } from 'vitest';
import { createExampleReader, type LineFormat, maxLineBytes } from './example-reader.ts';

/** Fed byte by byte where `chunkBytes` says so: where a chunk ends must not matter. */
function read(content: string | Buffer, format: LineFormat, chunkBytes = 7) {
  const reader = createExampleReader(format);
  const bytes = Buffer.from(content);
  const items = [];
  for (let at = 0; at < bytes.length; at += chunkBytes)
    items.push(...reader.push(bytes.subarray(at, at + chunkBytes)));
  items.push(...reader.end());
  return {
    examples: items.flatMap((item) => (item.kind === 'example' ? [item.example] : [])),
    problems: items.flatMap((item) => (item.kind === 'problem' ? [item.problem] : [])),
  };
}

test('columns of a CSV may stand in any order and beside others', () => {
  const content = '\uFEFFnote,completion,prompt\r\nx,"1\nand more",one\r\ny,2,two';
  expect(read(content, 'CSV')).toEqual({
    examples: [
      { prompt: 'one', completion: '1\nand more' },
      { prompt: 'two', completion: '2' },
    ],
    problems: [],
  });
});

test('a CSV without the columns is refused once, and rows of another length are named', () => {
  expect(read('question,answer\na,b\n', 'CSV').problems).toEqual([
    {
      line: 1,
      code: 'COLUMNS_WRONG',
      byteOffset: null,
      rowGroup: null,
      message:
        'the header line needs the columns `prompt` and `completion`, or `text`; it has `question`, `answer`',
    },
  ]);
  expect(read('prompt,completion\na,b\nc\n,d\n', 'CSV').problems).toMatchObject([
    { line: 3, code: 'COLUMNS_WRONG', message: 'has 1 fields, the header has 2' },
    { line: 4, code: 'FIELD_INVALID', message: '`prompt` is empty' },
  ]);
});

test('every wrong line of JSONL is named with all that is wrong with it, and the others are read', () => {
  const good = '{"prompt":"a","completion":"b","note":1}';
  const { examples, problems } = read(`${good}\nnot json\n\n{"prompt":"","completion":7}\n${good}`, 'JSONL');
  expect(examples).toEqual([
    { prompt: 'a', completion: 'b' },
    { prompt: 'a', completion: 'b' },
  ]);
  expect(problems).toMatchObject([
    { line: 2, code: 'MALFORMED', message: expect.stringContaining('is not valid JSON') },
    {
      line: 4,
      code: 'FIELD_INVALID',
      message: '`prompt` is empty; `completion` is missing or not a string',
    },
  ]);
});

test('text to learn as it is stands beside conversations, in lines and in a column', () => {
  expect(read('{"text":"once"}\n{"prompt":"a","completion":"b"}\n{"text":""}', 'JSONL')).toMatchObject({
    examples: [{ text: 'once' }, { prompt: 'a', completion: 'b' }],
    problems: [{ line: 3, code: 'FIELD_INVALID', message: '`text` is empty' }],
  });
  expect(read('id,text\n1,once\n2,"up\non"', 'CSV').examples).toEqual([{ text: 'once' }, { text: 'up\non' }]);
  expect(read('once\nupon\n\na time', 'TEXT').examples).toEqual([{ text: 'once\nupon\n\na time' }]);
});

test('a byte that is not UTF-8 is named by its line and its place in the file', () => {
  const head = Buffer.from('{"prompt":"é","completion":"b"}\n{"prompt":"');
  const content = Buffer.concat([head, Buffer.from([0xe9]), Buffer.from('","completion":"b"}\n')]);
  expect(read(content, 'JSONL').problems).toEqual([
    {
      line: 2,
      code: 'ENCODING_INVALID',
      byteOffset: head.length,
      rowGroup: null,
      message: 'is not UTF-8: byte 12 of the line, 0xe9, begins no character',
    },
  ]);
  expect(read(Buffer.from('\uFEFFprompt', 'utf16le'), 'CSV').problems[0]?.message).toContain('is UTF-16');
});

test('an enormous line is named by its length, and reading goes on behind it', () => {
  const enormous = `{"prompt":"${'x'.repeat(2 * maxLineBytes)}","completion":"y"}`;
  const { examples, problems } = read(`${enormous}\n{"prompt":"a","completion":"b"}\n`, 'JSONL', 65_536);
  expect(examples).toHaveLength(1);
  expect(problems).toMatchObject([
    { line: 1, code: 'LINE_TOO_LONG', message: 'has 2,097,182 bytes, allowed are 1,048,576' },
  ]);
});
