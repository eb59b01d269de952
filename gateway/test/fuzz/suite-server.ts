/**
 * The services of a supergraph of the suite as servers: `/<service>/graphql` over HTTP and graphql-transport-ws on one port, for a
 * gateway in another process. They act on the operation that the suite has begun. What they send can be damaged on its way.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type ExecutionArgs, type GraphQLSchema, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { subgraphOperation } from '../../src/subgraphs/subgraph.ts';
import type { RunningSuite } from '../federation/run-suite.ts';
import type { ByteChoices } from './byte-choices.ts';

export interface SuiteServer {
  urlOf(service: string): string;
  /** Whose services these are from now on, and how what they send is damaged. */
  serve(suite: RunningSuite, damage?: Damage): void;
  close(): Promise<void>;
}

/** Sends an answer, or what is left of it. */
export type Damage = (response: ServerResponse, json: string) => void;

export async function startSuiteServer(): Promise<SuiteServer> {
  let suite: RunningSuite | undefined;
  let damage: Damage | undefined;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { query, operationName, variables } = JSON.parse(await text(request)) as Sent;
    const service = suite?.services[serviceOf(request)];
    if (!service) throw new Error(`there is no service at ${request.url}`);
    const operation = subgraphOperation(query, operationName);
    const answered = await service.ask(operation, JSON.stringify(variables ?? {}), undefined as never);
    const json = JSON.stringify(answered);
    if (damage) damage(response, json);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(json);
  }

  // A service that is down throws here, and leaves without a word.
  const server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  useServer<Record<string, unknown>, { readonly request: IncomingMessage }>(
    {
      onSubscribe: (context, _id, { query, variables }): ExecutionArgs => ({
        schema: suite?.schemas[serviceOf(context.extra.request)] as GraphQLSchema,
        document: parse(query),
        variableValues: variables ?? {},
        contextValue: { service: serviceOf(context.extra.request), query },
      }),
      subscribe: async ({ contextValue, variableValues }) => {
        const { service, query } = contextValue as { readonly service: string; readonly query: string };
        if (!suite) throw new Error('there is no suite');
        return suite.eventsOf(service, { query, variables: variableValues ?? {} }) as never;
      },
      onNext: (_context, _id, _payload, _args, result) => result as never,
    },
    sockets,
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    urlOf: (service) => `http://127.0.0.1:${port}/${service}/graphql`,
    serve(next, how) {
      suite = next;
      damage = how;
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Sent {
  readonly query: string;
  readonly operationName?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

const serviceOf = ({ url = '' }: IncomingMessage): string => decodeURIComponent(url.split('/')[1] ?? '');

/** One of the ways in which an answer arrives that is none any more. */
export function damageOf(choices: ByteChoices): Damage {
  const kind = choices.pick(['cut', 'broken off', 'changed', 'page', 'empty', 'twice', 'chunked'] as const);
  const [place, character] = [choices.below(256), choices.below(128)];
  return (response, json) => {
    const at = Math.floor((place / 256) * json.length);
    const head = { 'content-type': 'application/json' };
    switch (kind) {
      case 'cut':
        response.writeHead(200, head).end(json.slice(0, at));
        break;
      case 'broken off':
        response.writeHead(200, { ...head, 'content-length': Buffer.byteLength(json) + 1 });
        response.write(json.slice(0, at), () => response.socket?.destroy());
        break;
      case 'changed':
        response
          .writeHead(200, head)
          .end(json.slice(0, at) + String.fromCharCode(character) + json.slice(at + 1));
        break;
      case 'page':
        response.writeHead(500 + (character % 5), { 'content-type': 'text/html' }).end('<h1>Sorry</h1>');
        break;
      case 'empty':
        response.writeHead(character % 2 ? 200 : 204).end();
        break;
      case 'twice':
        response.writeHead(200, head).end(json + json);
        break;
      case 'chunked':
        response.writeHead(200, head);
        for (const part of [json.slice(0, at), '\u0000', json.slice(at)]) response.write(part);
        response.end();
        break;
    }
  };
}
