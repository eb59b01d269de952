/** Examples of tasks over whole texts: as data sets have them, and as a batch takes them. */
import { NeuralError } from '../errors.ts';
import { sha256 } from '../files.ts';

export interface LabelledText {
  readonly text: string;
  readonly label: string;
}
/** Two texts that belong together: a question and its answer, a sentence and its paraphrase. */
export interface TextPair {
  readonly anchor: string;
  readonly positive: string;
}

/** What a task makes of an example. */
export interface TextExample {
  readonly texts: readonly string[];
  /** Whole numbers of 32 bits that a batch needs beside the texts: a class, or what tells equal texts. */
  readonly keys: readonly number[];
}

export interface EncodedTexts {
  /** The example's place in what was encoded. */
  readonly index: number;
  readonly keys: readonly number[];
  /** What the model reads of each text. */
  readonly texts: readonly (readonly number[])[];
}

/** What the model reads of a text, framed and at most so many tokens. */
export type EncodeText = (text: string, options: { readonly maxTokens: number }) => readonly number[];

/** One text, whose key is its class. Throws `EXAMPLE_INVALID` for a label that is not among the labels. */
export function labelledExamples(labels: readonly string[]): (labelled: LabelledText) => TextExample {
  const classes = new Map(labels.map((label, classId) => [label, classId]));
  return ({ text, label }) => {
    const classId = classes.get(label);
    if (classId === undefined)
      throw invalid(`the label ${JSON.stringify(label)} is none of ${labels.join(', ')}`);
    return { texts: [text], keys: [classId] };
  };
}

/** Two texts, and two keys of each, which are equal for equal texts. */
export const pairedExample = ({ anchor, positive }: TextPair): TextExample => ({
  texts: [anchor, positive],
  keys: [...keysOf(anchor), ...keysOf(positive)],
});

/** That two different texts of a batch have the same keys has a probability of 2^-64. */
function keysOf(text: string): readonly [number, number] {
  const hash = sha256(text);
  return [Number.parseInt(hash.slice(0, 8), 16), Number.parseInt(hash.slice(8, 16), 16)];
}

/** Throws `EXAMPLE_INVALID` for an empty text. */
export function encodeTexts(
  { texts, keys }: TextExample,
  index: number,
  { encodeText, maxTokens }: { readonly encodeText: EncodeText; readonly maxTokens: number },
): EncodedTexts {
  if (texts.some((text) => text.trim() === '')) throw invalid('the text is empty');
  return { index, keys, texts: texts.map((text) => encodeText(text, { maxTokens })) };
}

const invalid = (problem: string): NeuralError => new NeuralError('EXAMPLE_INVALID', problem);
