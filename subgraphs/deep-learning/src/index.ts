import { readEnv } from '@fathom/platform/env';
import { openPlatform } from '@fathom/platform/platform';
import { loadTypeDefs } from '@fathom/platform/repository';
import { runService } from '@fathom/platform/server/run-service';
import { createSubgraphServer } from '@fathom/platform/server/subgraph-server';
import { createVectorIndex } from '@fathom/platform/vectors/vector-index';
import { reEmbed } from './actions/re-embed.ts';
import { env as envSchema } from './env.ts';
import { consumeUnknownQuestions } from './events/question-unknown.ts';
import { createLoaders } from './loaders.ts';
import { resolvers } from './resolvers/resolvers.ts';
import { openSentenceEncoder } from './runtime/sentence-encoder.ts';
import { createKnowledgeIndex } from './stores/knowledge-index.ts';

await runService('deep-learning', async () => {
  const env = readEnv(envSchema);
  const [platform, encoder] = await Promise.all([
    openPlatform({ service: 'deep-learning', env, migrations: new URL('../sql/', import.meta.url) }),
    openSentenceEncoder(),
  ]);
  const { database, broker, logger } = platform;

  const vectors = await createVectorIndex(database, { name: 'knowledge', dimensions: encoder.dimensions });
  const index = createKnowledgeIndex(vectors, encoder);
  const retrieval = { database, index };
  await reEmbed(retrieval, logger);

  const unknownQuestions = await consumeUnknownQuestions({ broker, database, logger });
  const server = await createSubgraphServer({
    platform,
    typeDefs: loadTypeDefs('deep-learning'),
    resolvers,
    loaders: ({ identity }) => createLoaders(database, identity.tenant),
    extend: () => ({ retrieval }),
    readiness: {
      embedder: async () => {
        await encoder.embed(['ready?']);
        return { ok: true, detail: encoder.version };
      },
      vectors: async () => ({ ok: true, detail: vectors.implementation }),
    },
  });

  return {
    ...server,
    async close() {
      await server.close();
      await unknownQuestions.close();
      await encoder.close();
      await platform.close();
    },
  };
});
