/** What a version is for, and how to say that it is for something else. */
import type { ModelPurpose } from '../__generated__/schema.ts';

interface Wording {
  readonly does: string;
  readonly doesNot: string;
  readonly ask: string;
}

const wordings: Readonly<Record<ModelPurpose, Wording>> = {
  GENERATION: { does: 'generates text', doesNot: 'it generates no text', ask: '`ask` or `generate`' },
  CLASSIFICATION: { does: 'puts texts into classes', doesNot: 'it has no classes', ask: '`classify`' },
  EMBEDDING: { does: 'makes vectors of texts', doesNot: 'it makes no vectors', ask: '`embed`' },
};

/** In words that say what to do instead. */
export function unfitFor(
  wanted: ModelPurpose,
  { versionId, purpose }: { readonly versionId: string; readonly purpose: ModelPurpose },
): string {
  const { does, ask } = wordings[purpose];
  return `${versionId} ${does}; ${wordings[wanted].doesNot}. It is there for ${ask}.`;
}
