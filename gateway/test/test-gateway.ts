/** A real gateway on a free port over a supergraph composed for the test, with keys kept in memory. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { createLogger } from '@fathom/platform/logging';
import { createMetrics, type Metrics } from '@fathom/platform/telemetry/metrics';
import type { TestIdentity } from '@fathom/platform/testing/identity';
import { parse } from 'graphql';
import { generateApiKey, hashSecret, printApiKey } from '../src/auth/api-key.ts';
import {
  defaultSettings,
  type GatewayParts,
  type GatewaySettings,
  type RunningGateway,
  runGateway,
} from '../src/run-gateway.ts';
import type { NewApiKey } from '../src/stores/api-key-store.ts';
import type { AuditRecord } from '../src/stores/audit-store.ts';
import { createMemoryApiKeyStore, type MemoryApiKeyStore } from './memory-api-key-store.ts';

export interface TestGateway {
  readonly gateway: RunningGateway;
  readonly url: string;
  readonly apiKeys: MemoryApiKeyStore;
  /** Of an admin of tenant `test`. */
  readonly key: string;
  readonly supergraphFile: string;
  readonly metrics: Metrics;
  /** Lines of the gateway's log, from `warn` on. */
  readonly warnings: readonly string[];
  /** What was written to the audit trail so far. */
  readonly audited: readonly AuditRecord[];
  issueKey(key?: Partial<NewApiKey>): Promise<{ readonly id: string; readonly key: string }>;
  post(body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  query(query: string, variables?: Record<string, unknown>): Promise<GraphQLAnswer>;
  close(): Promise<void>;
}

export interface GraphQLAnswer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: Readonly<Record<string, unknown>>;
  }[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export interface TestGatewayOptions {
  /** SDL by service. */
  readonly subgraphs: Readonly<Record<string, string>>;
  readonly urls: Readonly<Record<string, string>>;
  /** Whose tokens the subgraphs accept. */
  readonly identity: TestIdentity;
  readonly settings?: Partial<GatewaySettings>;
  readonly parts?: Partial<GatewayParts>;
}

export function composeTestSupergraph(subgraphs: Readonly<Record<string, string>>): string {
  const result = composeServices(
    Object.entries(subgraphs).map(([name, sdl]) => ({
      name,
      url: `http://${name}.invalid/graphql`,
      typeDefs: parse(sdl),
    })),
  );
  if (result.errors) throw new Error(result.errors.map((error) => error.message).join('\n'));
  return result.supergraphSdl;
}

export async function startTestGateway(options: TestGatewayOptions): Promise<TestGateway> {
  const { subgraphs, urls, identity, settings = {}, parts = {} } = options;
  const folder = await mkdtemp(join(tmpdir(), 'fathom-gateway-'));
  const supergraphFile = join(folder, 'supergraph.graphql');
  await writeFile(supergraphFile, composeTestSupergraph(subgraphs));
  const apiKeys = createMemoryApiKeyStore();
  const warnings: string[] = [];
  const audited: AuditRecord[] = [];
  const metrics = createMetrics({ service: 'gateway', processMetrics: false });
  const gateway = await runGateway({
    settings: { ...defaultSettings, supergraphFile, subgraphUrls: urls, ...settings },
    apiKeys,
    audit: {
      append: async (records) => {
        audited.push(...records);
      },
    },
    jwt: undefined,
    signer: identity.signer,
    cache: { increment: createCounter() },
    localSubgraphs: {},
    probes: {},
    facts: () => ({}),
    metrics,
    logger: createLogger({
      service: 'gateway',
      level: 'warn',
      destination: { write: (line) => warnings.push(line) },
    }),
    ...parts,
  });

  async function issueKey(key: Partial<NewApiKey> = {}): Promise<{ id: string; key: string }> {
    const generated = generateApiKey();
    await apiKeys.insert({
      id: generated.id,
      secretSha256: hashSecret(generated.secret),
      name: 'test',
      tenant: 'test',
      roles: ['admin'],
      scopes: [],
      operationsPerWindow: null,
      createdBy: 'test',
      expiresAt: null,
      ...key,
    });
    return { id: generated.id, key: printApiKey(generated) };
  }
  const { key } = await issueKey();
  const post = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': key, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  return {
    gateway,
    url: gateway.url,
    apiKeys,
    key,
    supergraphFile,
    metrics,
    warnings,
    audited,
    issueKey,
    post,
    query: async (query, variables) => (await (await post({ query, variables })).json()) as GraphQLAnswer,
    async close() {
      await gateway.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** A window that never ends by itself. */
function createCounter() {
  const counts = new Map<string, number>();
  return async (key: string, by: number, windowMs: number) => {
    const value = (counts.get(key) ?? 0) + by;
    counts.set(key, value);
    return { value, resetsAt: new Date(Date.now() + windowMs) };
  };
}
