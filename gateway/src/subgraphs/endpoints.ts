/** Where each service is: SUBGRAPH_URLS first, then the URL composed into the supergraph. */
import { raise } from '../errors.ts';

export interface Endpoint {
  /** `http://host:port/graphql` */
  readonly graphql: URL;
  /** `ws://host:port/graphql` */
  readonly stream: string;
  /** `http://host:port/readyz` */
  readonly readiness: URL;
}

export type Endpoints = ReadonlyMap<string, Endpoint>;

/** `urls` may be base URLs or end in the GraphQL path. */
export function createEndpoints(urls: Readonly<Record<string, string>>): Endpoints {
  return new Map(Object.entries(urls).map(([name, url]) => [name, endpointOf(url)]));
}

export function endpointFor(endpoints: Endpoints, service: string): Endpoint {
  const endpoint = endpoints.get(service);
  if (!endpoint)
    throw raise('SUBGRAPH_UNAVAILABLE', {
      because: `no URL is configured for "${service}"`,
      details: { serviceName: service },
    });
  return endpoint;
}

function endpointOf(text: string): Endpoint {
  const graphql = new URL(text);
  if (graphql.pathname === '/') graphql.pathname = '/graphql';
  const stream = new URL(graphql);
  stream.protocol = graphql.protocol === 'https:' ? 'wss:' : 'ws:';
  return { graphql, stream: stream.href, readiness: new URL('/readyz', graphql) };
}
