import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { RELATION_IDS } from './facts/relations.ts';

const share = z.number().min(0).max(1);
const count = z.number().int().positive();

export const UNKNOWN_KINDS = [
  'inventedName',
  'realName',
  'oddRelation',
  'crossKind',
  'missingFact',
  'unrelated',
] as const;
export type UnknownKind = (typeof UNKNOWN_KINDS)[number];

const recipeSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  seed: z.number().int().nonnegative(),
  dataSet: z.strictObject({
    /** Training questions a fact gets, each worded anew; multiplied by the relation's weight. */
    exposuresPerFact: count,
    relationWeights: z.partialRecord(z.enum(RELATION_IDS), z.number().positive()),
    /** Share of questions that use an alias where the subject has one. */
    aliasShare: share,
    smallTalkExamples: z.number().int().nonnegative(),
    /** Share of all examples whose answer is that the model does not know. */
    unknownShare: share,
    unknownMix: z.record(z.enum(UNKNOWN_KINDS), share),
    noise: z.strictObject({
      opener: share,
      closer: share,
      lowerCase: share,
      upperCase: share,
      noPunctuation: share,
      typo: share,
      droppedWord: share,
    }),
  }),
  tokenizer: z.strictObject({ vocabularySize: count }),
  model: z.strictObject({
    hiddenSize: count,
    layers: count,
    heads: count,
    keyValueHeads: count,
    intermediateSize: count,
    maxPositions: count,
    ropeTheta: z.number().positive(),
  }),
  training: z.strictObject({
    batchSize: count,
    sequenceLength: count,
    learningRate: z.number().positive(),
    warmupSteps: count,
    /** Learning rate at the end, as a share of the peak. */
    finalRatio: share,
    weightDecay: z.number().nonnegative(),
    maxGradientNorm: z.number().positive(),
    /** Loss weight of question tokens; answer tokens weigh 1. */
    promptWeight: share,
    checkpointEverySteps: count,
    heldOutEverySteps: count,
  }),
});

/** Everything that decides the weights, apart from the code and the packages: see `recipe.json`. */
export type Recipe = z.infer<typeof recipeSchema>;

export function readRecipe(file: URL | string = new URL('./recipe.json', import.meta.url)): Recipe {
  return recipeSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}
