/** What a release ships beside a model's weights: the record of its run and its evaluation. */
import { z } from 'zod';

const point = z.object({
  step: z.number().int().positive(),
  tokens: z.number(),
  trainLoss: z.number(),
  heldOutLoss: z.number().nullable(),
  learningRate: z.number(),
  gradientNorm: z.number(),
  tokensPerSecond: z.number(),
});

/** `training-run.json`, as the recipe writes it. Fields that nothing is made of are kept in `config`. */
export const shippedRun = z.looseObject({
  seed: z.number().int(),
  startedAt: z.coerce.date(),
  endedAt: z.coerce.date(),
  steps: z.number().int().positive(),
  tokens: z.number(),
  parameters: z.number().int().positive(),
  finalTrainLoss: z.number(),
  finalHeldOutLoss: z.number().nullable(),
  dataSet: z.looseObject({
    name: z.string(),
    sha256: z.string(),
    examples: z.number().int(),
    packages: z.record(z.string(), z.string()).default({}),
    sample: z.array(z.object({ prompt: z.string(), completion: z.string() })).default([]),
  }),
  curve: z.array(point).min(1),
});
export type ShippedRun = z.infer<typeof shippedRun>;

const tally = z.object({ right: z.number().int(), total: z.number().int().positive() });

/** `evaluation.json`: answers compared, by set of questions. */
export const shippedEvaluation = z.looseObject({
  sets: z.record(z.string(), tally),
  refusedByKind: z.record(z.string(), tally).default({}),
  handWritten: tally.optional(),
});
export type ShippedEvaluation = z.infer<typeof shippedEvaluation>;

export interface Suite {
  readonly suite: string;
  readonly exampleCount: number;
  readonly exactMatch: number;
  readonly loss: number | null;
}

/** One evaluation a set; the held-out set carries the loss that training measured at its end. */
export function suitesOf(evaluation: ShippedEvaluation, run: ShippedRun): readonly Suite[] {
  const sets = [
    ...Object.entries(evaluation.sets).map(([name, counted]) => [kebab(name), counted] as const),
    ...Object.entries(evaluation.refusedByKind).map(
      ([kind, counted]) => [`refused-${kebab(kind)}`, counted] as const,
    ),
    ...(evaluation.handWritten ? [['hand-written', evaluation.handWritten] as const] : []),
  ];
  return sets.map(([suite, { right, total }]) => ({
    suite,
    exampleCount: total,
    exactMatch: right / total,
    loss: suite === 'held-out' ? run.finalHeldOutLoss : null,
  }));
}

export function provenanceOf({ dataSet }: ShippedRun): string {
  const packages = Object.entries(dataSet.packages).map(([name, version]) => `${name} ${version}`);
  return packages.length === 0
    ? 'built by the recipe in the repository'
    : `built by the recipe in the repository from ${packages.join(', ')}`;
}

const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
