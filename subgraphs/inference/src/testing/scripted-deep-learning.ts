/** A real subgraph with deep-learning's own SDL whose answers a test scripts, and the client that inference asks it with. */
import { createGraphQLClient } from '@fathom/platform/client/graphql-client';
import type { Identity } from '@fathom/platform/identity';
import { createLogger } from '@fathom/platform/logging';
import { loadTypeDefs } from '@fathom/platform/repository';
import { createMetrics } from '@fathom/platform/telemetry/metrics';
import { testIdentity } from '@fathom/platform/testing/identity';
import { startTestSubgraph } from '@fathom/platform/testing/subgraph';
import { createDeepLearning, type DeepLearning } from '../runtime/deep-learning.ts';

export interface Asked {
  readonly question: string;
  readonly generationId: string;
  readonly draft?: string;
  readonly identity: Identity;
}

export interface ScriptedDeepLearning {
  readonly deepLearning: DeepLearning;
  readonly asked: readonly Asked[];
  /** What it answers from now on. */
  answerWith(answer: (asked: Asked) => object | Promise<object>): void;
  /** Ends the server: from now on it cannot be reached. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export const abstention = {
  __typename: 'Abstention',
  text: 'Nobody taught me that yet.',
  explanation: 'No taught knowledge is near enough.',
  nearest: [],
};

export async function startScriptedDeepLearning(): Promise<ScriptedDeepLearning> {
  const identity = await testIdentity();
  const asked: Asked[] = [];
  let answer: (asked: Asked) => object | Promise<object> = () => abstention;
  let stopped: Promise<void> | undefined;

  const server = await startTestSubgraph({
    service: 'deep-learning',
    identity,
    typeDefs: loadTypeDefs('deep-learning'),
    resolvers: {
      Mutation: {
        answerUnknown(
          _: unknown,
          { input }: { input: Omit<Asked, 'identity'> },
          context: { identity: Identity },
        ) {
          const question = { ...input, identity: context.identity };
          asked.push(question);
          return answer(question);
        },
      },
    },
  });
  const client = createGraphQLClient({
    url: server.url,
    name: 'deep-learning',
    signer: identity.signer,
    timeoutMs: 5_000,
    circuit: { failures: 2, openMs: 60_000 },
    logger: createLogger({ service: 'test', level: 'silent' }),
    metrics: createMetrics({ service: 'test', processMetrics: false }),
  });
  const stop = (): Promise<void> => {
    stopped ??= server.close();
    return stopped;
  };
  return {
    deepLearning: createDeepLearning(client),
    asked,
    answerWith: (next) => {
      answer = next;
    },
    stop,
    async close() {
      await client.close();
      await stop();
    },
  };
}
