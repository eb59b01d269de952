/**
 * What a folder's model was made for, by `architectures` of its config.json, as transformers names them. Whoever wants text
 * of a model asks here first: a classifier has the same tensors up to its head, and would load as a model that babbles.
 */
import { z } from 'zod';
import { invalidConfig } from './model-config.ts';

export type ModelPurpose = 'generation' | 'classification' | 'embedding';

const architectures = z.object({ architectures: z.array(z.string()).nullish() });
/** Encoders that were taught by filling gaps: what they are used for is their body's vectors. */
const pretrained = /^Bert(ForMaskedLM|ForPreTraining)$/;

const does: Readonly<Record<Exclude<ModelPurpose, 'generation'>, string>> = {
  classification: 'puts texts into classes',
  embedding: 'makes vectors of texts',
};

export function purposeOf(json: unknown): ModelPurpose {
  const name = nameOf(json);
  if (name.endsWith('ForSequenceClassification')) return 'classification';
  return name.endsWith('Model') || pretrained.test(name) ? 'embedding' : 'generation';
}

/** Throws `CONFIG_INVALID` for what generates no text. */
export function requireGenerator(json: unknown): void {
  const purpose = purposeOf(json);
  if (purpose === 'generation') return;
  throw invalidConfig([`architectures: ${nameOf(json)} ${does[purpose]}; it generates no text`]);
}

function nameOf(json: unknown): string {
  const parsed = architectures.safeParse(json);
  return parsed.success ? (parsed.data.architectures?.[0] ?? '') : '';
}
