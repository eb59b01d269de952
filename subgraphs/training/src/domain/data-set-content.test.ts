import { expect, test } from 'vitest';
import { parseDataSet } from './data-set-content.ts';

test('columns of a CSV may stand in any order and beside others', () => {
  const content = 'note,completion,prompt\nx,1,one\ny,2,two\n';
  expect(parseDataSet(content, 'CSV')).toEqual({
    kind: 'valid',
    examples: [
      { prompt: 'one', completion: '1' },
      { prompt: 'two', completion: '2' },
    ],
  });
});

test('a CSV without the columns, and rows of another length, are named', () => {
  expect(parseDataSet('question,answer\na,b\n', 'CSV')).toMatchObject({
    problems: [{ line: 1, message: expect.stringContaining('it has `question`, `answer`') }],
  });
  expect(parseDataSet('prompt,completion\na,b\nc\n,d\n', 'CSV')).toMatchObject({
    problems: [
      { line: 3, message: 'has 1 fields, the header has 2' },
      { line: 4, message: '`prompt` is empty' },
    ],
  });
});

test('at most twenty problems are shown, and all are counted', () => {
  const result = parseDataSet('x\n'.repeat(30), 'JSONL');
  expect(result).toMatchObject({ kind: 'invalid', message: '30 lines are wrong; nothing was stored.' });
  expect(result.kind === 'invalid' && result.problems).toHaveLength(20);
});

test('one example is too few, since one is held out', () => {
  expect(parseDataSet('{"prompt":"a","completion":"b"}', 'JSONL')).toMatchObject({
    kind: 'invalid',
    problems: [],
  });
});
