/** How tokens are chosen, through the subgraph's own GraphQL: each setting is held to what it must come to, token by token. */
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seedOfChoice } from './domain/random.ts';
import type { SamplingSettings } from './domain/sampling.ts';
import {
  generateSubscription,
  type Harness,
  type Streamed,
  startHarness,
} from './testing/inference-harness.ts';
import { byLikelihood, openReference, type Reference } from './testing/reference-sampler.ts';
import { writeTinyModel } from './testing/tiny-model.ts';

const database = useTestDatabase();
let harness: Harness;
let reference: Reference;

beforeAll(async () => {
  const folder = await writeTinyModel({ isEndless: true, seed: 3 });
  reference = await openReference(folder);
  harness = await startHarness({ databaseUrl: database.url, settings: { maxSequences: 9, prefixSlots: 2 } });
  await harness.register('tiny@1', folder);
  await harness.moveAlias('champion', 'tiny@1');
  await harness.deploymentIs('tiny@1', 'READY');
});

afterAll(async () => {
  await harness.close();
  await reference.close();
});

interface Ranked {
  readonly tokenId: number;
  readonly logProbability: number;
}

interface Token extends Ranked {
  readonly text: string;
  readonly topLogProbabilities: readonly Ranked[];
}

interface Completion {
  readonly text: string;
  readonly finishReason: string;
  readonly tokens: readonly Token[];
}

interface Generated extends Completion {
  readonly choices: readonly Completion[];
  readonly usage: { readonly promptTokens: number; readonly cachedPromptTokens: number };
}

const prompt = 'Who discovered oxygen? The books say that nobody knows it for certain.';
/** Every completion of this file is of the same prompt, without the template, unless it says otherwise. */
const input = { prompt, raw: true, maxTokens: 24 };
const promptTokens = (): readonly number[] => reference.tokenizer.encode(prompt);

async function generate(overrides: Record<string, unknown> = {}): Promise<Generated> {
  const token = 'tokenId text logProbability topLogProbabilities { tokenId logProbability }';
  const { data, errors } = await harness.subgraph.request<{ generate: Generated }>(
    `mutation ($input: GenerateInput!) { generate(input: $input) { ... on Generation {
      text finishReason tokens { ${token} } choices { text finishReason tokens { ${token} } }
      usage { promptTokens cachedPromptTokens } } } }`,
    { input: { ...input, ...overrides } },
  );
  if (!data?.generate?.tokens) throw new Error(JSON.stringify(errors ?? data));
  return data.generate;
}

/** The random model says bytes that are no text: with these biases it speaks in letters that can be read. */
function readable(): NonNullable<SamplingSettings['logitBias']> {
  const { tokenizer } = reference;
  return Array.from({ length: tokenizer.vocabularySize }, (_, tokenId) => tokenId)
    .filter((tokenId) => !/^[ -~]+$/.test(new TextDecoder().decode(tokenizer.tokenBytes(tokenId))))
    .map((tokenId) => ({ tokenId, bias: -100 }));
}

const ids = ({ tokens }: Pick<Completion, 'tokens'>): readonly number[] =>
  tokens.map(({ tokenId }) => tokenId);

async function expectAsDefined(settings: Partial<SamplingSettings>): Promise<Generated> {
  const { seed, ...rest } = settings;
  const said = await generate({ ...rest, ...(seed === undefined ? {} : { seed }), topLogProbabilities: 5 });
  const places = await reference.complete(promptTokens(), settings, input.maxTokens);
  expect(ids(said)).toEqual(places.map(({ tokenId }) => tokenId));
  for (const [at, { tokenId, logProbability, topLogProbabilities }] of said.tokens.entries()) {
    const { logProbabilities } = places[at]!;
    expect(logProbability).toBeCloseTo(logProbabilities[tokenId]!, 4);
    const likeliest = byLikelihood(logProbabilities).slice(0, 5);
    expect(topLogProbabilities.map((other) => other.tokenId)).toEqual(likeliest);
    for (const other of topLogProbabilities)
      expect(other.logProbability).toBeCloseTo(logProbabilities[other.tokenId]!, 4);
  }
  return said;
}

test.each<Partial<SamplingSettings>>([
  {},
  { temperature: 1, seed: 1 },
  { temperature: 1.7, seed: 2 },
  { temperature: 1, topK: 5, seed: 3 },
  { temperature: 1, topP: 0.5, seed: 4 },
  { temperature: 1.5, minP: 0.2, seed: 5 },
  { temperature: 1.3, topK: 40, topP: 0.8, minP: 0.05, seed: 6 },
  { repetitionPenalty: 1.3 },
  { repetitionPenalty: 0.5 },
  { presencePenalty: 1.5 },
  { frequencyPenalty: 0.7 },
  { frequencyPenalty: -1 },
  {
    temperature: 0.8,
    topP: 0.9,
    repetitionPenalty: 1.2,
    presencePenalty: 0.5,
    frequencyPenalty: 0.5,
    seed: 7,
  },
  {
    temperature: 1,
    logitBias: [
      { tokenId: 40, bias: 3 },
      { tokenId: 70, bias: 2.5 },
    ],
    seed: 8,
  },
])('under %j each token and each log-probability is what the definition gives', async (settings) => {
  await expectAsDefined(settings);
});

test.each<Partial<SamplingSettings>>([{ topK: 1 }, { minP: 1 }, { topP: 1e-6 }, { temperature: 1e-4 }])(
  '%j leaves the likeliest token alone, whatever the seed',
  async (settings) => {
    const greedy = await generate();
    for (const seed of [1, 2, 3])
      expect(await generate({ temperature: 2, seed, ...settings })).toMatchObject({ text: greedy.text });
    expect((await generate({ temperature: 2, seed: 1 })).text).not.toBe(greedy.text);
  },
);

/** What the first token is, under eight seeds a request. */
async function firstTokens(settings: Partial<SamplingSettings>): Promise<ReadonlySet<number>> {
  const first = new Set<number>();
  for (let seed = 0; seed < 8; seed++) {
    const { choices } = await generate({ temperature: 2, ...settings, seed, n: 8, maxTokens: 1 });
    for (const tokenId of choices.flatMap(ids)) first.add(tokenId);
  }
  return first;
}

test('the filters let through exactly the tokens that they name, and each of those is drawn', async () => {
  const { topLogProbabilities: top } = (await generate({ maxTokens: 1, topLogProbabilities: 20 })).tokens[0]!;
  const likeliest = (count: number) => new Set(top.slice(0, count).map(({ tokenId }) => tokenId));
  const probability = (at: number): number => Math.exp(top[at]!.logProbability);
  expect(await firstTokens({ topK: 3 })).toEqual(likeliest(3));

  const three = probability(0) + probability(1) + probability(2);
  expect(await firstTokens({ temperature: 1, topP: three - 1e-4 })).toEqual(likeliest(3));
  expect(await firstTokens({ temperature: 1, topP: three + 1e-4 })).toEqual(likeliest(4));

  const share = probability(2) / probability(0);
  expect(await firstTokens({ temperature: 1, minP: share - 1e-4 })).toEqual(likeliest(3));
  expect(await firstTokens({ temperature: 1, minP: share + 1e-4 })).toEqual(likeliest(2));
});

test('a large bias forces a token or forbids it, and the log-probability reported stays the model’s own', async () => {
  const plain = await generate({ topLogProbabilities: 2 });
  const [likeliest, second] = plain.tokens[0]!.topLogProbabilities;
  const forced = await generate({
    logitBias: [{ tokenId: second!.tokenId, bias: 100 }],
    temperature: 1,
    seed: 1,
  });
  expect(ids(forced)).toEqual(Array.from({ length: input.maxTokens }, () => second!.tokenId));
  expect(forced.tokens[0]!.logProbability).toBeCloseTo(second!.logProbability, 5);
  const forbidden = await generate({ logitBias: [{ tokenId: likeliest!.tokenId, bias: -100 }] });
  expect(ids(forbidden)[0]).toBe(second!.tokenId);
  expect(ids(forbidden)).not.toContain(likeliest!.tokenId);
});

/** Where a penalty first changes a text that was said without it, and to which token, by the log-probabilities reported. */
function firstChange(
  { tokens }: Completion,
  penaltyOf: (occurrences: number) => number,
  isAllowed: (tokenId: number) => boolean,
): { readonly at: number; readonly tokenId: number } {
  for (const [at, { tokenId, topLogProbabilities }] of tokens.entries()) {
    const before = tokens.slice(0, at).map((token) => token.tokenId);
    const penalised = topLogProbabilities
      .filter((other) => isAllowed(other.tokenId))
      .map((other) => ({
        tokenId: other.tokenId,
        value: other.logProbability - penaltyOf(before.filter((id) => id === other.tokenId).length),
      }))
      .sort((a, b) => b.value - a.value);
    // What is not reported is less likely than the last that is.
    expect(penalised[0]!.value).toBeGreaterThan(topLogProbabilities.at(-1)!.logProbability);
    if (penalised[0]!.tokenId !== tokenId) return { at, tokenId: penalised[0]!.tokenId };
  }
  throw new Error('The penalty changes nothing.');
}

test.each([
  ['frequencyPenalty', 0.4, (occurrences: number) => 0.4 * occurrences],
  ['frequencyPenalty', 2, (occurrences: number) => 2 * occurrences],
  ['presencePenalty', 1.2, (occurrences: number) => (occurrences > 0 ? 1.2 : 0)],
])(
  'a %s of %d changes a text that repeats itself at the place and to the token that its log-probabilities predict',
  async (name, penalty, penaltyOf) => {
    const logitBias = readable();
    const forbidden = new Set(logitBias.map(({ tokenId }) => tokenId));
    const plain = await generate({ logitBias, topLogProbabilities: 20 });
    const { at, tokenId } = firstChange(plain, penaltyOf, (id) => !forbidden.has(id));
    expect(ids(plain).slice(0, at)).toContain(ids(plain)[at]);
    const penalised = await generate({ logitBias, [name]: penalty });
    expect(ids(penalised).slice(0, at + 1)).toEqual([...ids(plain).slice(0, at), tokenId]);
  },
);

test('a repetition penalty goes by the prompt too: above 1 makes its tokens less likely on both sides of zero', async () => {
  const logits = await reference.logitsAfter(promptTokens());
  const likeliest = byLikelihood(logits);
  const inPrompt = (tokenId: number): boolean => promptTokens().includes(tokenId);
  const spared = likeliest.find((tokenId) => !inPrompt(tokenId))!;
  const positive = likeliest.find((tokenId) => inPrompt(tokenId) && logits[tokenId]! > 0.5)!;
  const negative = likeliest.find((tokenId) => inPrompt(tokenId) && logits[tokenId]! < -0.5)!;
  const first = async (tokenId: number, lead: number, repetitionPenalty: number): Promise<number> => {
    const logitBias = [{ tokenId, bias: logits[spared]! - logits[tokenId]! + lead }];
    return ids(await generate({ logitBias, repetitionPenalty, maxTokens: 1 }))[0]!;
  };
  for (const penalised of [positive, negative]) {
    expect(await first(penalised, 0.01, 1)).toBe(penalised);
    expect(await first(penalised, 0.01, 1.1)).toBe(spared);
    expect(await first(penalised, -0.01, 1)).toBe(spared);
    expect(await first(penalised, -0.01, 0.9)).toBe(penalised);
  }
});

/** Stop strings of the end of one token, so many whole ones and the beginning of the next, where they occur first. */
function acrossTokens({ text, tokens }: Completion, whole: number) {
  let start = 0;
  for (const [at, token] of tokens.entries()) {
    start += token.text.length;
    const middle = tokens
      .slice(at + 1, at + 1 + whole)
      .map((other) => other.text)
      .join('');
    const next = tokens[at + 1 + whole]?.text[0];
    if (at < 4 || next === undefined) continue;
    const stop = `${text[start - 1]}${middle}${next}`;
    if (text.indexOf(stop) === start - 1)
      return { stop, before: text.slice(0, start - 1), tokens: at + 2 + whole };
  }
  throw new Error('No such stop string.');
}

async function stream(overrides: Record<string, unknown>): Promise<readonly Streamed[]> {
  const client = await harness.subgraph.webSocketClient();
  const events: Streamed[] = [];
  const variables = { input: { ...input, ...overrides } };
  for await (const { data } of client.iterate<{ generate: Streamed }>({
    query: generateSubscription,
    variables,
  }))
    if (data) events.push(data.generate);
  return events;
}

test.each([0, 1])(
  'a stop string over the bounds of tokens, %i whole ones between, ends the text before it, and nothing of it is streamed',
  async (whole) => {
    const logitBias = readable();
    const plain = await generate({ logitBias });
    const { stop, before, tokens } = acrossTokens(plain, whole);
    // Begins where the text ends, and begins in the middle, but never becomes whole.
    const decoys = [`${plain.text.slice(-1)}\u2603`, `${before.slice(-2)}\u2603`];
    const stopped = await generate({ logitBias, stop: [...decoys, stop] });
    expect(stopped).toMatchObject({ text: before, finishReason: 'STOP' });
    expect(ids(stopped)).toEqual(ids(plain).slice(0, tokens));

    const events = await stream({ logitBias, stop: [...decoys, stop] });
    let shown = '';
    for (const { text = '' } of events) {
      shown += text;
      expect(before.startsWith(shown)).toBe(true);
    }
    expect(shown).toBe(before);
    expect(events.at(-1)).toMatchObject({ finishReason: 'STOP', generation: { text: before } });

    const missed = await stream({ logitBias, stop: decoys });
    expect(missed.map(({ text = '' }) => text).join('')).toBe(plain.text);
    expect(missed.at(-1)).toMatchObject({ finishReason: 'LENGTH', generation: { text: plain.text } });
  },
);

/** Prompt tokens that the device has computed and found in its cache so far. */
async function promptTokensCounted(): Promise<{ readonly hit: number; readonly miss: number }> {
  const text = await harness.platform.metrics.registry.metrics();
  const counted = (cache: string): number =>
    Number(
      text.match(new RegExp(`^fathom_prompt_tokens_total\\{.*cache="${cache}".*\\} (\\d+)$`, 'm'))?.[1] ?? 0,
    );
  return { hit: counted('hit'), miss: counted('miss') };
}

test('several completions have their prompt computed once: the others find all but its last token in the cache', async () => {
  const settings = { temperature: 1.2, topK: 40, seed: 5 };
  const own = 'Gold is the chemical symbol';
  const alone = await generate({ ...settings, prompt: own });
  expect(alone.usage.cachedPromptTokens).toBe(0);

  const before = await promptTokensCounted();
  const several = await generate({ ...settings, prompt: `Nobody ${own}`, n: 3 });
  const { promptTokens: length } = several.usage;
  expect(length).toBeGreaterThan(17);
  expect(several.usage.cachedPromptTokens).toBe(length - 1);
  const after = await promptTokensCounted();
  expect({ hit: after.hit - before.hit, miss: after.miss - before.miss }).toEqual({
    hit: 2 * (length - 1),
    miss: length + 2,
  });
  const prompt = reference.tokenizer.encode(`Nobody ${own}`);
  for (const [choice, completion] of several.choices.entries()) {
    const seeded = { ...settings, seed: seedOfChoice(settings.seed, choice) };
    const places = await reference.complete(prompt, seeded, input.maxTokens);
    expect(ids(completion)).toEqual(places.map(({ tokenId }) => tokenId));
  }
});

test('a seed gives the same text alone and among eight others, of which each has the text that it has alone', async () => {
  const nine = Array.from({ length: 9 }, (_, at) => ({
    prompt: prompt.slice(0, 20 + 5 * at),
    temperature: 1 + at / 10,
    topP: at % 2 === 0 ? 1 : 0.9,
    seed: at,
    maxTokens: 60,
  }));
  const alone: string[] = [];
  for (const one of nine) alone.push((await generate(one)).text);
  const together = await Promise.all(nine.map(generate));
  expect(together.map(({ text }) => text)).toEqual(alone);
  expect(new Set(alone).size).toBe(9);
});
