/**
 * What a run teaches, and what an example of it is made of. Every data set keeps a pair of texts by the names `prompt` and
 * `completion`, so one data set serves any task:
 *
 *   LANGUAGE_MODEL   a prompt and its completion, or a passage     prompt, completion | text
 *   CLASSIFICATION   a text and its label                          text, label
 *   EMBEDDING        two texts that belong together                anchor, positive
 *                    two texts with a grade of their likeness      text, other, score      to measure by
 */
import { type ModelPurpose, purposeOf } from '@fathom/neural/models/model-purpose';
import type { Example } from '@fathom/neural/training/examples';
import { checkExampleOrPassage, maxExampleCharacters } from '@fathom/neural/training/examples-file';

export const trainingTasks = ['LANGUAGE_MODEL', 'CLASSIFICATION', 'EMBEDDING'] as const;
export type TrainingTask = (typeof trainingTasks)[number];

/** How a task's examples are read from whatever has named fields. */
export interface ExampleShape {
  /** Those that make an example, of the columns that there are. */
  columnsOf(names: readonly string[]): readonly string[] | undefined;
  /** Continues a sentence that begins with the place. */
  missingColumns(names: readonly string[]): string;
  check(value: unknown): Example | { readonly problem: string };
}

const maxLabelCharacters = 200;

const pairOfTexts = pairShape(['anchor', 'positive'], {
  maxCharacters: maxExampleCharacters,
  takesNumbers: false,
});
const textAndOther = pairShape(['text', 'other'], {
  maxCharacters: maxExampleCharacters,
  takesNumbers: false,
});

/** As the benchmarks of semantic textual similarity have it. */
const gradedPair: Omit<ExampleShape, 'missingColumns'> = {
  columnsOf(names) {
    const columns = ['text', 'other', 'score'];
    return columns.every((name) => names.includes(name)) ? columns : undefined;
  },
  check(value) {
    const texts = textAndOther.check(value);
    const score = scoreOf((value as { readonly score?: unknown }).score);
    const problems = [
      'problem' in texts ? texts.problem : undefined,
      score === undefined ? '`score` is missing or not a finite number' : undefined,
    ].filter((problem) => problem !== undefined);
    return score === undefined || 'problem' in texts || 'text' in texts
      ? { problem: problems.join('; ') }
      : { ...texts, score };
  },
};

const isGraded = (value: unknown): boolean => typeof value === 'object' && value !== null && 'other' in value;

/** Tables of text have numbers as text. */
function scoreOf(value: unknown): number | undefined {
  const isText = typeof value === 'string' && value.trim() !== '';
  const number =
    isText || typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

const shapes: Readonly<Record<TrainingTask, ExampleShape>> = {
  LANGUAGE_MODEL: {
    columnsOf(names) {
      if (names.includes('prompt') && names.includes('completion')) return ['prompt', 'completion'];
      return names.includes('text') && !names.includes('prompt') ? ['text'] : undefined;
    },
    missingColumns: (names) =>
      `needs the columns \`prompt\` and \`completion\`, or \`text\`; it has ${shown(names)}`,
    check: checkExampleOrPassage,
  },
  CLASSIFICATION: pairShape(['text', 'label'], { maxCharacters: maxLabelCharacters, takesNumbers: true }),
  EMBEDDING: {
    columnsOf: (names) => pairOfTexts.columnsOf(names) ?? gradedPair.columnsOf(names),
    missingColumns: (names) =>
      `needs the columns \`anchor\` and \`positive\`, or \`text\`, \`other\` and \`score\`; it has ${shown(names)}`,
    check: (value) => (isGraded(value) ? gradedPair : pairOfTexts).check(value),
  },
};

export const shapeOf = (task: TrainingTask): ExampleShape => shapes[task];

function pairShape(
  fields: readonly [string, string],
  second: { readonly maxCharacters: number; readonly takesNumbers: boolean },
): ExampleShape {
  return {
    columnsOf: (names) => (fields.every((field) => names.includes(field)) ? fields : undefined),
    missingColumns: (names) =>
      `needs the columns \`${fields[0]}\` and \`${fields[1]}\`; it has ${shown(names)}`,
    check(value) {
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        return { problem: `is not an object with \`${fields[0]}\` and \`${fields[1]}\`` };
      const given = fields.map((field) => (value as Readonly<Record<string, unknown>>)[field]);
      const [prompt, completion] = [given[0], second.takesNumbers ? withoutKind(given[1]) : given[1]];
      const problems = [
        fieldProblem(fields[0], prompt, maxExampleCharacters),
        fieldProblem(fields[1], completion, second.maxCharacters),
      ].filter((problem) => problem !== undefined);
      return problems.length > 0
        ? { problem: problems.join('; ') }
        : { prompt: prompt as string, completion: completion as string };
    },
  };
}

/** Labels are often numbers in tables. */
function withoutKind(value: unknown): unknown {
  return ['number', 'bigint', 'boolean'].includes(typeof value) ? String(value) : value;
}

function fieldProblem(field: string, value: unknown, maxCharacters: number): string | undefined {
  if (typeof value !== 'string') return `\`${field}\` is missing or not a string`;
  if (value.trim() === '') return `\`${field}\` is empty`;
  return value.length > maxCharacters ? `\`${field}\` is longer than ${maxCharacters} characters` : undefined;
}

const shown = (names: readonly string[]): string =>
  names.map((name) => `\`${name.slice(0, 100)}\``).join(', ');

const taskOfPurpose: Readonly<Record<ModelPurpose, TrainingTask>> = {
  generation: 'LANGUAGE_MODEL',
  classification: 'CLASSIFICATION',
  embedding: 'EMBEDDING',
};

/** What a version of this `config.json` does. */
export const taskOfConfig = (config: string): TrainingTask => taskOfPurpose[purposeOf(parsed(config))];

/** A classifier's labels, by class; none of others. */
export function labelsOfConfig(config: string): readonly string[] {
  const json = parsed(config) as { readonly id2label?: Readonly<Record<string, string>> };
  return purposeOf(json) === 'classification' ? Object.values(json.id2label ?? {}) : [];
}

function parsed(config: string): unknown {
  try {
    return JSON.parse(config);
  } catch {
    // Adapters and imports keep whatever they came with.
    return {};
  }
}
