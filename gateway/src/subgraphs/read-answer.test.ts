import { describe, expect, test } from 'vitest';
import { readAnswer } from './read-answer.ts';

const read = (status: number, text: string) => {
  try {
    return readAnswer('shop', status, text);
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('what a service sent', () => {
  test.each([
    ['data', '{"data":{"a":1}}'],
    ['data that is null, with an error', '{"data":null,"errors":[{"message":"No."}]}'],
    ['an error alone', '{"errors":[{"message":"No.","path":["a",0],"extensions":{"code":"X"}}]}'],
    ['data that is small, it says', '{"data":{"ü":1},"bytes":-1}'],
  ])('is an answer, with its size: %s', (_what, text) => {
    const answer = { ...JSON.parse(text), bytes: Buffer.byteLength(text) };
    expect(read(200, text)).toEqual(answer);
    expect(read(500, text)).toEqual(answer);
  });

  test.each([
    ['', 'nothing'],
    ['{"data":{"a":1}', 'half an answer'],
    ['<html>', 'a page'],
    ['[]', 'a list'],
    ['null', 'null'],
    ['{}', 'neither data nor errors'],
    ['{"data":[1]}', 'data that is no object'],
    ['{"data":{},"errors":{}}', 'errors that are no list'],
    ['{"data":{},"errors":[{"message":7}]}', 'an error without a text'],
    ['{"data":{},"errors":[null]}', 'an error that is none'],
    ['{"data":{},"errors":[{"message":"x","path":[{}]}]}', 'a path that is none'],
    ['{"data":{},"errors":[{"message":"x","extensions":[]}]}', 'extensions that are none'],
  ])('is none: %s (%s)', (text) => {
    expect(read(200, text)).toBe('SUBGRAPH_BAD_ANSWER');
    expect(read(502, text)).toBe('SUBGRAPH_UNAVAILABLE');
  });

  test('says that it drains, which is as good as not being there', () => {
    expect(read(503, '{"errors":[{"message":"x","extensions":{"code":"SHUTTING_DOWN"}}]}')).toBe(
      'SUBGRAPH_UNAVAILABLE',
    );
  });
});
