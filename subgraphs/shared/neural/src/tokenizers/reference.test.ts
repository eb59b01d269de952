/** Against what Hugging Face's own library made of the same texts, see `reference/README.md`. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseTokenizer } from './read-tokenizer.ts';
import { createStreamDecoder } from './stream-decoder.ts';
import { WordPiece } from './word-piece.ts';

const folder = new URL('../../reference/tokenizers/models/', import.meta.url);
const reference = z.object({
  tokenizer: z.unknown(),
  expected: z.array(
    z.object({ text: z.string(), ids: z.array(z.number()), own: z.array(z.number()), decoded: z.string() }),
  ),
});
const read = (name: string) =>
  reference.parse(JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')));
const names = readdirSync(fileURLToPath(folder)).map((file) => file.replace('.json', ''));

it('has a reference of every kind', () => {
  expect(names).toEqual('bert-cased bert-uncased llama-2 llama-3 mistral qwen smollm'.split(' '));
});

describe.each(names.filter((name) => !name.startsWith('bert')))('%s', (name) => {
  const { tokenizer: json, expected } = read(name);
  const tokenizer = parseTokenizer(json);

  it('encodes and decodes every text to the same ids and the same text', () => {
    for (const { text, ids, own, decoded } of expected) {
      expect(tokenizer.encode(text, { specialTokens: 'parse' }), text).toEqual(ids);
      expect([...tokenizer.textPrefix, ...ids], text).toEqual(own);
      expect(tokenizer.decode(ids), text).toBe(decoded);
    }
  });

  it('streams what it decodes', () => {
    for (const { ids } of expected) {
      const decoder = createStreamDecoder(tokenizer);
      const streamed = ids.map((id) => decoder.push(id)).join('') + decoder.flush();
      expect(streamed).toBe(tokenizer.decode(ids, { skipSpecialTokens: true }));
    }
  });

  it('writes a tokenizer.json that encodes the same', () => {
    const again = parseTokenizer(JSON.parse(JSON.stringify(tokenizer.toTokenizerJson())));
    for (const { text, ids } of expected)
      expect(again.encode(text, { specialTokens: 'parse' }), text).toEqual(ids);
    expect(again.textPrefix).toEqual(tokenizer.textPrefix);
    expect(again.toTokenizerJson()).toEqual(tokenizer.toTokenizerJson());
  });

  it('takes the text of special tokens for text unless it is asked to parse them', () => {
    for (const { text } of tokenizer.specialTokens) expect(tokenizer.encode(text).length).toBeGreaterThan(1);
  });
});

describe('qwen', () => {
  it('shows in a stream the added tokens that are text, and no signs', () => {
    const tokenizer = parseTokenizer(read('qwen').tokenizer);
    const decoder = createStreamDecoder(tokenizer);
    const ids = tokenizer.encode('<tool_call>x</tool_call><|end|>', { specialTokens: 'parse' });
    expect(ids.map((id) => decoder.push(id)).join('')).toBe('<tool_call>x</tool_call>');
  });
});

describe('llama-2', () => {
  it('puts no space before a text that goes on from another', () => {
    const tokenizer = parseTokenizer(read('llama-2').tokenizer);
    expect(tokenizer.encode('Hello')).toEqual(tokenizer.encode(' Hello', { continues: true }));
    expect(tokenizer.tokenId(' ')).toBe(
      tokenizer.encode('')[0] ?? tokenizer.encode(' ', { continues: true })[0],
    );
  });
});

describe.each(names.filter((name) => name.startsWith('bert')))('%s', (name) => {
  const { tokenizer: json, expected } = read(name);

  it.each([
    ['as it was read', WordPiece.fromTokenizerJson(json)],
    [
      'written and read again',
      WordPiece.fromTokenizerJson(
        JSON.parse(JSON.stringify(WordPiece.fromTokenizerJson(json).toTokenizerJson())),
      ),
    ],
  ])('encodes every text to the same ids, %s', (_, tokenizer) => {
    for (const { text, ids, own } of expected) {
      expect(tokenizer.encode(text, { specialTokens: 'parse' }), text).toEqual(ids);
      if (!text.includes('[MASK]'))
        expect(tokenizer.encodeText(text, { maxTokens: 1_000 }), text).toEqual(own);
    }
  });

  it('keeps the frame of a text that it cuts', () => {
    const tokenizer = WordPiece.fromTokenizerJson(json);
    const whole = tokenizer.encodeText('The capital of France is Paris.', { maxTokens: 1_000 });
    expect(tokenizer.encodeText('The capital of France is Paris.', { maxTokens: 5 })).toEqual([
      ...whole.slice(0, 4),
      whole.at(-1),
    ]);
  });
});

type Json = Record<string, unknown> & { model: Record<string, unknown> };
const changed = (name: string, change: (json: Json) => Record<string, unknown>): unknown => {
  const json = read(name).tokenizer as Json;
  return { ...json, ...change(json) };
};

describe('a tokenizer.json that is not supported', () => {
  it.each([
    ['a normalizer other than NFC', changed('qwen', () => ({ normalizer: { type: 'NFKC' } })), 'normalizer'],
    [
      'a Unigram model',
      changed('qwen', ({ model }) => ({ model: { ...model, type: 'Unigram' } })),
      'model.type',
    ],
    [
      'a pattern with word boundaries',
      changed('qwen', () => ({
        pre_tokenizer: { type: 'Split', pattern: { Regex: '\\b' }, behavior: 'Isolated' },
      })),
      '\\b is not supported',
    ],
    [
      'a pattern with flags',
      changed('qwen', () => ({
        pre_tokenizer: { type: 'Split', pattern: { Regex: '(?i:abc)' }, behavior: 'Isolated' },
      })),
      'is not supported',
    ],
    [
      'an added token that takes spaces along',
      changed('qwen', () => ({ added_tokens: [{ id: 420, content: '<x>', lstrip: true }] })),
      'lstrip is not supported',
    ],
    [
      'a suffix at the end of words',
      changed('smollm', ({ model }) => ({ model: { ...model, end_of_word_suffix: '</w>' } })),
      'end_of_word_suffix',
    ],
    [
      'a token after every text',
      changed('llama-3', () => ({
        post_processor: {
          type: 'TemplateProcessing',
          single: [{ Sequence: { id: 'A' } }, { SpecialToken: { id: '<|end|>' } }],
        },
      })),
      'a token after the text',
    ],
    [
      'a SentencePiece vocabulary without some byte',
      changed('llama-2', ({ model }) => ({
        model: { ...model, vocab: { '<unk>': 0, '<0x00>': 1 }, merges: [] },
      })),
      'lacks the byte <0x01>',
    ],
    [
      'a SentencePiece normalizer that it does not know',
      changed('llama-2', () => ({ normalizer: { type: 'Precompiled' } })),
      'normalizer',
    ],
    ['spaces that nothing replaces', changed('llama-2', () => ({ normalizer: null })), 'replaces spaces'],
  ])('is refused for %s', (_, json, problem) => {
    expect(() => parseTokenizer(json)).toThrow(problem);
    expect(() => parseTokenizer(json)).toThrow(expect.objectContaining({ code: 'TOKENIZER_INVALID' }));
  });

  it('is refused for a WordPiece without its unknown token', () => {
    const json = changed('bert-cased', ({ model }) => ({ model: { ...model, unk_token: '[NONE]' } }));
    expect(() => WordPiece.fromTokenizerJson(json)).toThrow('[NONE] is not in the vocabulary');
  });
});
