import { buildASTSchema, type DocumentNode, getOperationAST, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { serviceSdl } from '../../test/service-sdl.ts';
import { fragmentsOf } from '../operations/operation.ts';
import { type Demand, demandsOf } from './generation-demand.ts';
import { learn, type ModelRate, predict } from './prediction.ts';

const schema = buildASTSchema(parse(serviceSdl('inference')), { assumeValid: true, assumeValidSDL: true });

function demands(text: string, variables: Record<string, unknown> = {}): readonly Demand[] {
  const document: DocumentNode = parse(text);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  return demandsOf({ schema, operation, fragments: fragmentsOf(document), variables });
}

describe('what an operation asks of the devices', () => {
  test('is the question and the longest answer, in its variables or written out', () => {
    const question = 'What is the capital of France?';
    const expected = { kind: 'generation', model: undefined, promptCharacters: 30, completionTokens: 40 };
    expect(
      demands('subscription ($input: AskInput!) { ask(input: $input) { cursor } }', {
        input: { question, maxTokens: 40 },
      }),
    ).toEqual([expected]);
    expect(
      demands(`mutation { ask(input: {question: "${question}", maxTokens: 40}) { __typename } }`),
    ).toEqual([expected]);
  });

  test('has the default of the schema where none is given', () => {
    expect(demands('subscription { ask(input: {question: "ab"}) { cursor } }')[0]?.completionTokens).toBe(
      128,
    );
  });

  test('is every completion that is drawn, and every message of a conversation', () => {
    const input = {
      messages: [
        { role: 'SYSTEM', content: 'Be brief.' },
        { role: 'USER', content: 'Hello' },
      ],
      model: 'fathom-facts@champion',
      maxTokens: 10,
      n: 4,
    };
    expect(
      demands('subscription ($input: GenerateInput!) { generate(input: $input) { cursor } }', { input }),
    ).toEqual([{ kind: 'generation', model: 'fathom-facts', promptCharacters: 14, completionTokens: 40 }]);
  });

  test('is all texts of a batch that is read, for vectors or for classes', () => {
    expect(demands('{ embed(input: {texts: ["abc", "de"]}) { __typename } }')).toEqual([
      { kind: 'reading', model: undefined, promptCharacters: 5, completionTokens: 0 },
    ]);
    expect(
      demands('query ($input: ClassifyInput!) { classify(input: $input) { __typename } }', {
        input: { texts: ['abc', 'de', 'f'], model: 'reviews@champion' },
      }),
    ).toEqual([{ kind: 'reading', model: 'reviews', promptCharacters: 6, completionTokens: 0 }]);
  });

  test('is each generation of several, in fragments too, and none that is skipped', () => {
    const text = /* GraphQL */ `
      mutation ($no: Boolean!) {
        a: ask(input: { question: "a", maxTokens: 1 }) { __typename }
        ... on Mutation { b: ask(input: { question: "b", maxTokens: 2 }) { __typename } }
        ...More
        c: ask(input: { question: "c", maxTokens: 4 }) @skip(if: true) { __typename }
        d: ask(input: { question: "d", maxTokens: 8 }) @include(if: $no) { __typename }
      }
      fragment More on Mutation {
        a: ask(input: { question: "a", maxTokens: 1 }) { __typename }
        e: generate(input: { prompt: "e", maxTokens: 16 }) { __typename }
      }
    `;
    expect(demands(text, { no: false }).map(({ completionTokens }) => completionTokens)).toEqual([1, 2, 16]);
  });

  test('is nothing where nothing is generated, and never less than nothing', () => {
    expect(demands('{ devices { id } }')).toEqual([]);
    expect(demands('subscription { generationEvents(id: "1") { cursor } }')).toEqual([]);
    const resumed =
      'subscription ($after: String) { ask(input: {question: "Why?"}, after: $after) { cursor } }';
    expect(demands(resumed, { after: 'c1' })).toEqual([]);
    expect(demands(resumed, { after: null })).toHaveLength(1);
    expect(
      demands('mutation { generate(input: {prompt: "a", maxTokens: -5, n: -1}) { __typename } }')[0],
    ).toMatchObject({ completionTokens: 0 });
  });
});

describe('a prediction', () => {
  const demand: Demand = {
    kind: 'generation',
    model: 'small',
    promptCharacters: 100,
    completionTokens: 50,
  };

  test('goes by what the model took, else by what models take, else by a guess', () => {
    const rate = (deviceMsPerToken: number): ModelRate => ({ deviceMsPerToken, tokensPerCharacter: 0.25 });
    const rates = new Map([
      ['*', rate(2)],
      ['small', rate(1)],
    ]);
    expect(predict(demand, rates)).toEqual({ tokens: 75, deviceMs: 75 });
    expect(predict({ ...demand, model: 'unknown' }, rates)).toEqual({ tokens: 75, deviceMs: 150 });
    expect(predict(demand, new Map())).toEqual({ tokens: 100, deviceMs: 500 });
  });

  test('learns from what ended: at once from the first, a little from each further one', () => {
    const usage = { promptTokens: 20, completionTokens: 80, deviceMs: 300 };
    const first = learn(undefined, usage, 100);
    expect(first).toEqual({ deviceMsPerToken: 3, tokensPerCharacter: 0.2 });
    const second = learn(first, { ...usage, deviceMs: 2_300 }, undefined);
    expect(second).toEqual({ deviceMsPerToken: 4, tokensPerCharacter: 0.2 });
  });

  test('learns nothing of the device from an answer that was cached', () => {
    const before: ModelRate = { deviceMsPerToken: 3, tokensPerCharacter: 0.2 };
    expect(learn(before, { promptTokens: 20, completionTokens: 9, deviceMs: 0 }, 100)).toEqual(before);
  });
});
