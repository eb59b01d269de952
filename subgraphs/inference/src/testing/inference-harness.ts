/**
 * Inference as a whole on a test database: the real server, the real engine, real events, and a tiny model. Deep-learning
 * is whatever the test says, behind the same interface.
 */
import { randomUUID } from 'node:crypto';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cache } from '@fathom/platform/cache/cache';
import type { Database } from '@fathom/platform/database/database';
import { loadTypeDefs } from '@fathom/platform/repository';
import { openTestPlatform, type TestPlatform } from '@fathom/platform/testing/platform';
import { startTestSubgraph, type TestSubgraph } from '@fathom/platform/testing/subgraph';
import { processor } from '../devices/processor.ts';
import { createLoaders } from '../loaders.ts';
import { resolvers } from '../resolvers/resolvers.ts';
import { type DeepLearning, noDeepLearning } from '../runtime/deep-learning.ts';
import { scalingPath } from '../runtime/scaling.ts';
import { type InferenceService, type InferenceSettings, startInference } from '../service.ts';

export const testSettings: InferenceSettings = {
  instance: 'test-instance',
  defaultModel: 'tiny',
  peers: [],
  prefixSalt: new Uint8Array(32),
  devices: { devices: [processor({ threads: 1 })], unavailable: [] },
  maxSequences: 4,
  maxQueued: 8,
  prefillTokensPerStep: 64,
  prefixSlots: 4,
  kvCacheTokens: undefined,
  precision: 'fp32',
  maxContextLength: 1024,
  modelMemoryBytes: 1024 ** 3,
  graceMs: 30_000,
  answerCacheTtlMs: 60_000,
};

/** Whose requests `subgraph.request` makes unless told otherwise. */
const testTenant = 'test';

export interface HarnessOptions {
  readonly databaseUrl: string;
  readonly settings?: Partial<InferenceSettings>;
  readonly deepLearning?: DeepLearning;
  /** What instances share of it; the platform's own without it. */
  readonly cache?: Cache;
  /** Of a harness before, to restart a service on the same data. */
  readonly dataDirectory?: string;
}

export interface Harness {
  readonly platform: TestPlatform<object>;
  /** Statements that the service sent outside transactions, oldest first: the evidence that loaders batch. */
  readonly queries: readonly string[];
  readonly inference: InferenceService;
  readonly subgraph: TestSubgraph;
  /** Stores a model folder and announces it as a version, as the training service does. */
  register(
    versionId: string,
    folder: string,
    options?: { readonly parentVersionId?: string; readonly tenant?: string },
  ): Promise<void>;
  /** Announces that an alias points to a version. */
  moveAlias(alias: string, versionId: string): Promise<void>;
  announce(topic: string, payload: unknown): Promise<void>;
  /** A copy of the artifacts, for a harness that restarts the service, and the way to close this one. */
  keepData(): Promise<{ readonly dataDirectory: string; close(): Promise<void> }>;
  /** Resolves when the deployment of a version has a status. */
  deploymentIs(versionId: string, status: string): Promise<void>;
  /** Resolves when an alias of the default model answers with a version. */
  aliasServes(alias: string, versionId: string): Promise<void>;
  close(): Promise<void>;
}

export async function startHarness(options: HarnessOptions): Promise<Harness> {
  const platform = await openTestPlatform({
    service: 'inference',
    migrations: new URL('../../sql/', import.meta.url),
    databaseUrl: options.databaseUrl,
  });
  if (options.dataDirectory)
    await cp(options.dataDirectory, platform.env.FATHOM_DATA_DIR, { recursive: true });
  const { deepLearning = noDeepLearning, cache = platform.cache } = options;
  const { database, queries } = recordQueries(platform.database);
  const inference = await startInference(
    { ...platform, database, cache, deepLearning, signer: platform.identity.signer },
    { ...testSettings, ...options.settings },
  );
  const subgraph = await startTestSubgraph({
    service: 'inference',
    platform,
    identity: platform.identity,
    typeDefs: loadTypeDefs('inference'),
    resolvers,
    loaders: ({ identity }) => createLoaders(inference, identity),
    extend: () => ({ inference }),
    routes: { '/engine/': inference.peerRoute },
    figures: { [scalingPath]: inference.scaling },
  });

  const announce = (topic: string, payload: unknown): Promise<void> =>
    platform.broker.publish([{ id: randomUUID(), topic, key: 'test', payload }]);

  const close = async (): Promise<void> => {
    await subgraph.close();
    await inference.close();
    await platform.close();
  };

  return {
    platform,
    queries,
    inference,
    subgraph,
    announce,
    close,
    async keepData() {
      const dataDirectory = await mkdtemp(join(tmpdir(), 'fathom-inference-data-'));
      await cp(platform.env.FATHOM_DATA_DIR, dataDirectory, { recursive: true });
      return { dataDirectory, close };
    },
    async register(versionId, folder, { parentVersionId, tenant = 'platform' } = {}) {
      const { uri, sizeBytes } = await platform.artifacts.put(folder);
      const [modelName, number] = versionId.split('@');
      await announce('model-version.registered', {
        versionId,
        tenant,
        modelName,
        number: Number(number),
        kind: parentVersionId === undefined ? 'FULL' : 'ADAPTER',
        parentVersionId: parentVersionId ?? null,
        artifactUri: uri,
        sizeBytes,
        fineTuningJobId: null,
        trainingRunId: null,
      });
    },
    async moveAlias(alias, versionId) {
      await announce('alias.moved', {
        modelName: versionId.split('@')[0],
        alias,
        fromVersionId: null,
        toVersionId: versionId,
        movedBy: 'test',
        reason: 'test',
        at: new Date().toISOString(),
      });
    },
    async aliasServes(alias, versionId) {
      const name = `${testSettings.defaultModel}@${alias}`;
      const isServed = (): boolean => {
        const resolution = inference.deployments.catalogue.resolve(name, testTenant);
        return resolution.kind === 'version' && resolution.versionId === versionId;
      };
      while (!isServed()) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    async deploymentIs(versionId, status) {
      for (;;) {
        const [row] = await inference.models.deploymentsByVersions(testTenant, [versionId]);
        if (row?.status === status) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

function recordQueries(database: Database): { readonly database: Database; readonly queries: string[] } {
  const queries: string[] = [];
  const record = (sql: string): string => {
    queries.push(sql);
    return sql;
  };
  const recorded: Database = {
    ...database,
    query: (sql, parameters) => database.query(record(sql), parameters),
    maybeOne: (sql, parameters) => database.maybeOne(record(sql), parameters),
    one: (sql, parameters) => database.one(record(sql), parameters),
    changeAndPublish: (change) => {
      record(change.change);
      return database.changeAndPublish(change);
    },
  };
  return { database: recorded, queries };
}

export interface Streamed {
  readonly __typename: string;
  readonly sequence: number;
  readonly cursor: string;
  readonly text?: string;
  readonly tokenId?: number | null;
  readonly reason?: string;
  readonly service?: string;
  readonly finishReason?: string;
  readonly generation: { readonly id: string; readonly status: string; readonly text: string };
}

export const eventFields = `__typename sequence cursor generation { id status text }
  ... on GenerationRouted { service reason explanation score bound calibrationVersion }
  ... on TokenGenerated { text tokenId logProbability }
  ... on TextRetracted { retractedText }
  ... on GenerationCompleted { finishReason usage { promptTokens completionTokens timeToFirstTokenMs totalMs deviceMs } }
  ... on GenerationFailed { code message }`;

export const generateSubscription = `subscription ($input: GenerateInput!, $after: String) { generate(input: $input, after: $after) { ${eventFields} } }`;
export const askSubscription = `subscription ($input: AskInput!, $after: String) { ask(input: $input, after: $after) { ${eventFields} } }`;
export const resumeSubscription = `subscription ($id: ID!, $after: String) { generationEvents(id: $id, after: $after) { ${eventFields} } }`;
