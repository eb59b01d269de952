import type { Logger } from '@fathom/platform/logging';
import { knowledgeToEmbed, markEmbedded } from '../stores/knowledge-store.ts';
import type { Retrieval } from './retrieve.ts';

const batchSize = 50;

/** Makes the vectors that another embedder or another index made again: nothing taught is ever lost by such a change. */
export async function reEmbed({ database, index }: Retrieval, logger: Logger): Promise<number> {
  let count = 0;
  for (;;) {
    const batch = await knowledgeToEmbed(database, index.embeddedWith, batchSize);
    if (batch.length === 0) break;
    for (const knowledge of batch) await index.add(knowledge);
    await markEmbedded(
      database,
      batch.map(({ id }) => id),
      index.embeddedWith,
    );
    count += batch.length;
  }
  if (count > 0) logger.info({ count, embeddedWith: index.embeddedWith }, 'knowledge was embedded again');
  return count;
}
