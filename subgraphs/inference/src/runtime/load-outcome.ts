/** What came of loading a version: something that answers prompts, something that reads whole texts, or why it is neither. */
import type { TextReaderFacts } from '@fathom/neural/serving/text-reader';
import type { ModelPurpose } from '../__generated__/schema.ts';
import type { ServedModel, ServedReader } from './served-model.ts';

export interface Unserved {
  readonly kind: 'failed';
  readonly detail: string;
}

export type LoadOutcome =
  | { readonly kind: 'ready'; readonly model: ServedModel }
  | { readonly kind: 'reads'; readonly model: ServedReader }
  | Unserved;

export const purposes = {
  classification: 'CLASSIFICATION',
  embedding: 'EMBEDDING',
} as const satisfies Readonly<Record<TextReaderFacts['purpose'], ModelPurpose>>;

export const purposeOf = (outcome: Exclude<LoadOutcome, Unserved>): ModelPurpose =>
  outcome.kind === 'ready' ? 'GENERATION' : purposes[outcome.model.reads.purpose];

export const isFor = <Purpose extends TextReaderFacts['purpose']>(
  model: ServedReader,
  purpose: Purpose,
): model is ServedReader & { readonly reads: { readonly purpose: Purpose } } =>
  model.reads.purpose === purpose;
