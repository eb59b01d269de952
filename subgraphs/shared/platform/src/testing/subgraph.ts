/**
 * A subgraph on a free port, as tests and benchmarks need it: the real server, real identity tokens, a client that
 * speaks HTTP and graphql-ws to it. No database: pass a platform of {@link openTestPlatform} for one.
 */
import { type DocumentNode, type GraphQLFormattedError, print } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { fetch } from 'undici';
import { WebSocket } from 'ws';
import type { Identity } from '../identity.ts';
import { createIdentityVerifier } from '../identity-token.ts';
import { createLogger } from '../logging.ts';
import {
  createSubgraphServer,
  type ServerPlatform,
  type SubgraphServer,
  type SubgraphServerOptions,
} from '../server/subgraph-server.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { startTracing } from '../telemetry/tracing.ts';
import { type TestIdentity, testIdentity } from './identity.ts';

export interface TestAnswer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

export interface TestSubgraph extends SubgraphServer {
  readonly identity: TestIdentity;
  readonly platform: ServerPlatform;
  /** Over HTTP, as an admin of tenant `test` unless told otherwise. */
  request<Data = Record<string, unknown>>(
    query: string | DocumentNode,
    variables?: Readonly<Record<string, unknown>>,
    identity?: Partial<Identity>,
  ): Promise<TestAnswer<Data>>;
  /** A graphql-ws client of its own socket; closed with the subgraph. `lazy: false` opens it at once. */
  webSocketClient(identity?: Partial<Identity>): Promise<Client>;
}

export type TestSubgraphOptions<Loaders, Extension extends object> = Omit<
  SubgraphServerOptions<Loaders, Extension>,
  'platform' | 'loaders'
> & {
  readonly loaders?: SubgraphServerOptions<Loaders, Extension>['loaders'];
  readonly service?: string;
  /** Default: a platform without any part, whose log is silent. */
  readonly platform?: ServerPlatform;
  /** The keys that the platform's verifier trusts; needed with a platform of your own. */
  readonly identity?: TestIdentity;
  readonly drainTimeoutMs?: number;
};

export async function startTestSubgraph<Loaders = object, Extension extends object = object>(
  options: TestSubgraphOptions<Loaders, Extension>,
): Promise<TestSubgraph> {
  const { service = 'test', drainTimeoutMs = 1_000, loaders = () => ({}) as Loaders, ...rest } = options;
  const identity = options.identity ?? (await testIdentity());
  const platform = options.platform ?? (await bareTestPlatform({ service, identity, drainTimeoutMs }));
  const server = await createSubgraphServer<Loaders, Extension>({ ...rest, platform, loaders });
  const clients: Client[] = [];
  return {
    ...server,
    identity,
    platform,
    async request<Data>(query: string | DocumentNode, variables = {}, who: Partial<Identity> = {}) {
      const body = JSON.stringify({ query: typeof query === 'string' ? query : print(query), variables });
      const signed = await identity.headers({ audience: platform.service, body }, who);
      const headers = { 'content-type': 'application/json', ...signed };
      const response = await fetch(server.url, { method: 'POST', headers, body });
      return (await response.json()) as TestAnswer<Data>;
    },
    async webSocketClient(who = {}) {
      const client = createClient({
        url: server.url.replace('http', 'ws'),
        webSocketImpl: WebSocket,
        // Anew for each connection: a lazy client closes when it is idle, and opens another.
        connectionParams: async () => ({ identity: await identity.connection(platform.service, who) }),
        retryAttempts: 0,
      });
      clients.push(client);
      return client;
    },
    async close() {
      await Promise.all(clients.map((client) => client.dispose()));
      await server.close();
    },
  };
}

export interface BareTestPlatformOptions {
  readonly service: string;
  readonly identity: TestIdentity;
  readonly drainTimeoutMs?: number;
  readonly logLevel?: string;
}

/** What the server needs, and nothing behind it. */
export async function bareTestPlatform({
  service,
  identity,
  drainTimeoutMs = 1_000,
  logLevel = 'silent',
}: BareTestPlatformOptions): Promise<ServerPlatform> {
  await startTracing({ service });
  return {
    service,
    env: { HOST: '127.0.0.1', PORT: 0, DRAIN_TIMEOUT_MS: drainTimeoutMs },
    logger: createLogger({ service, level: logLevel }),
    metrics: createMetrics({ service, processMetrics: false }),
    identityVerifier: createIdentityVerifier({
      jwks: identity.jwks,
      audience: service,
      proofKeys: identity.proofKeys,
    }),
    probes: {},
  };
}
