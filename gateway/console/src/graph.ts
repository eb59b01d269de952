/** The graph as the console reaches it: one WebSocket for streams, fetch for the rest. */
import { type Client, createClient } from 'graphql-ws';

export const graphqlUrl = new URL('graphql', location.href.replace(/#.*/, '')).href;

export function createStreams(apiKey: string): Client {
  return createClient({
    url: graphqlUrl.replace(/^http/, 'ws'),
    connectionParams: { apiKey },
    lazyCloseTimeout: 5_000,
    retryAttempts: 5,
    shouldRetry: () => true,
  });
}

export function headersOf(apiKey: string): Record<string, string> {
  return apiKey ? { 'x-api-key': apiKey } : {};
}

interface GraphQLAnswer<Data> {
  readonly data?: Data;
  readonly errors?: readonly { readonly message: string }[];
}

/** Throws with the first error's message. */
export async function request<Data>(
  apiKey: string,
  query: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<Data> {
  const response = await fetch(graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headersOf(apiKey) },
    body: JSON.stringify({ query, variables }),
  });
  const answer = (await response.json()) as GraphQLAnswer<Data>;
  if (!answer.data)
    throw new Error(answer.errors?.[0]?.message ?? `The gateway answered ${response.status}.`);
  return answer.data;
}
