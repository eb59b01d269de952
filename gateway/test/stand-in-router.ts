/**
 * What a router in Rust is to clients and to the relay, as far as streams go: it takes graphql-ws from clients, plans by
 * Hive Router's own planner, and opens the plan's first fetch at the relay with the client's credentials and its own key.
 * It signs nothing, keeps nothing and resumes nothing. Plans of more than that fetch are refused.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { QueryPlanner } from '@graphql-hive/router-query-planner';
import { type ExecutionArgs, type ExecutionResult, GraphQLSchema, getOperationAST, parse } from 'graphql';
import { type Client, createClient, type SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocket, WebSocketServer } from 'ws';
import { relayKeyHeader } from '../src/relay/relay-socket.ts';

export interface StandInRouter {
  readonly port: number;
  /** Streams that clients began here. */
  readonly opened: number;
  /** As a router that is ended: its clients' sockets are gone. */
  close(): Promise<void>;
}

export interface StandInRouterOptions {
  readonly supergraphSdl: string;
  readonly relayUrl: string;
  readonly relayKey: string;
}

interface FirstFetch {
  readonly serviceName: string;
  readonly operation: string;
  readonly variableUsages?: readonly string[];
}

interface Asked {
  readonly payload: SubscribePayload;
  readonly credentials: Readonly<Record<string, unknown>>;
}

export async function startStandInRouter(options: StandInRouterOptions): Promise<StandInRouter> {
  const planner = new QueryPlanner(options.supergraphSdl);
  const upstreams = new Set<Client>();
  let opened = 0;

  class RelaySocket extends WebSocket {
    constructor(url: string, protocol: string) {
      super(url, protocol, { headers: { [relayKeyHeader]: options.relayKey } });
    }
  }

  function firstFetch({ query, operationName }: SubscribePayload): FirstFetch {
    const name = operationName ?? getOperationAST(parse(query))?.name?.value ?? null;
    const { node } = planner.plan(query, name, new Set(), 0) as unknown as {
      node: { kind: string; primary: FirstFetch };
    };
    if (node.kind !== 'Subscription') throw new Error(`a plan of ${node.kind}`);
    return node.primary;
  }

  function open({ payload, credentials }: Asked): AsyncIterableIterator<ExecutionResult> {
    const { serviceName, operation, variableUsages = [] } = firstFetch(payload);
    const upstream = createClient({
      url: `${options.relayUrl.replace('http', 'ws')}/subgraphs/${serviceName}/graphql`,
      webSocketImpl: RelaySocket,
      connectionParams: credentials,
      retryAttempts: 0,
    });
    upstreams.add(upstream);
    opened += 1;
    const variables = Object.fromEntries(variableUsages.map((name) => [name, payload.variables?.[name]]));
    return upstream.iterate({ query: operation, variables }) as AsyncIterableIterator<ExecutionResult>;
  }

  const server = createServer();
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  const protocol = useServer<Readonly<Record<string, unknown>>>(
    {
      onSubscribe: (connection, _id, payload): ExecutionArgs => ({
        schema: new GraphQLSchema({}),
        document: parse(payload.query),
        contextValue: { payload, credentials: connection.connectionParams ?? {} } satisfies Asked,
      }),
      subscribe: async (args) => open((args as ExecutionArgs).contextValue as Asked),
    },
    sockets,
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    port: (server.address() as AddressInfo).port,
    get opened() {
      return opened;
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      await Promise.all([...upstreams].map((upstream) => upstream.dispose()));
      await protocol.dispose();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
