import type { VectorIndex } from '@fathom/platform/vectors/vector-index';
import { z } from 'zod';
import type { KnowledgeRecord } from '../mappers.ts';
import type { Embedder } from '../runtime/embedder.ts';

/** Vectors of taught wordings: one a wording, found again by what they are vectors of. */
export interface KnowledgeIndex {
  /** Names the embedder and the index, so that a change of either is noticed and the vectors are made again. */
  readonly embeddedWith: string;
  add(knowledge: Pick<KnowledgeRecord, 'id' | 'tenant' | 'question' | 'alsoAskedAs'>): Promise<void>;
  remove(knowledge: Pick<KnowledgeRecord, 'id' | 'tenant' | 'alsoAskedAs'>): Promise<void>;
  /** The nearest wordings of a tenant, best first; several may belong to the same knowledge. */
  search(tenant: string, text: string, limit: number): Promise<readonly FoundWording[]>;
}

export interface FoundWording {
  readonly knowledgeId: string;
  readonly wording: string;
  /** Cosine, -1 to 1. */
  readonly similarity: number;
}

const metadataSchema = z.object({ knowledgeId: z.string(), wording: z.string() });

export function createKnowledgeIndex(vectors: VectorIndex, embedder: Embedder): KnowledgeIndex {
  return {
    embeddedWith: `${embedder.version}/${vectors.implementation}`,

    async add({ id, tenant, question, alsoAskedAs }) {
      const wordings = [question, ...alsoAskedAs];
      const embedded = await embedder.embed(wordings);
      await vectors.upsert(
        wordings.map((wording, index) => ({
          tenant,
          id: `${id}#${index}`,
          vector: embedded[index] as Float32Array,
          metadata: { knowledgeId: id, wording },
        })),
      );
    },

    async remove({ id, tenant, alsoAskedAs }) {
      await vectors.delete(
        tenant,
        ['question', ...alsoAskedAs].map((_, index) => `${id}#${index}`),
      );
    },

    async search(tenant, text, limit) {
      const [vector] = await embedder.embed([text]);
      const found = await vectors.search({ tenant, vector: vector as Float32Array, limit });
      return found.map(({ score, metadata }) => ({ ...metadataSchema.parse(metadata), similarity: score }));
    },
  };
}
