/**
 * A client of the gateway that loses no event. `stream` reconnects when its connection, the gateway or a service was
 * lost, or its token ran out, and continues behind the last event that was seen; leaving the iterator unsubscribes,
 * which stops the work.
 *
 *   const client = createFathomClient({ url: 'http://127.0.0.1:4000', apiKey });
 *   for await (const { ask } of client.stream(AskDocument, { input: { question } })) …
 */
import { type GraphQLFormattedError, parse, print, type TypedQueryDocumentNode } from 'graphql';
import type { Client } from 'graphql-ws';
import { type ConnectionOptions, connect, headersOf } from './client/connection.ts';
import { FathomError } from './client/fathom-error.ts';
import { type ResumableRequest, type Resume, resumeStream } from './client/resume.ts';
import { createStream, type ReconnectOptions } from './client/stream.ts';

export { FathomError } from './client/fathom-error.ts';
export { type ResumableRequest, type Resume, resumeStream } from './client/resume.ts';

type Variables = Readonly<Record<string, unknown>>;
type Document<Data, Vars extends Variables> = string | TypedQueryDocumentNode<Data, Vars>;

export type FathomClientOptions = ConnectionOptions & ReconnectOptions;

export interface FathomClient {
  /** A query or mutation. Throws {@link FathomError} with the first error's code. */
  request<Data, Vars extends Variables>(document: Document<Data, Vars>, variables?: Vars): Promise<Data>;
  /** Events in order, each once. Throws {@link FathomError} when it cannot be continued. */
  stream<Data extends object, Vars extends Variables>(
    document: Document<Data, Vars>,
    variables?: Vars,
    /** How to continue; default {@link resumeStream}. */
    options?: { readonly resume?: Resume },
  ): AsyncIterableIterator<Data>;
  close(): Promise<void>;
}

export function createFathomClient(options: FathomClientOptions): FathomClient {
  let sockets: Promise<Client> | undefined;
  const open = async <Data extends object>({ document, variables }: ResumableRequest) => {
    sockets ??= connect(options);
    return (await sockets).iterate<Data>({ query: print(document), variables });
  };

  return {
    async request<Data>(document: string | TypedQueryDocumentNode, variables: Variables = {}) {
      const response = await fetch(new URL('/graphql', options.url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(await headersOf(options)) },
        body: JSON.stringify({ query: textOf(document), variables }),
      }).catch((error: unknown) => {
        throw FathomError.of(error);
      });
      const { data, errors } = (await response.json()) as {
        data?: Data;
        errors?: readonly GraphQLFormattedError[];
      };
      if (errors?.[0]) throw FathomError.of(errors[0]);
      return data as Data;
    },

    stream<Data extends object>(
      document: string | TypedQueryDocumentNode,
      variables: Variables = {},
      { resume = resumeStream }: { readonly resume?: Resume } = {},
    ) {
      const begun = { document: parse(textOf(document)), variables };
      return createStream<Data>({ ...options, resume, begun, open });
    },

    close: async () => void (await sockets)?.dispose(),
  } as FathomClient;
}

const textOf = (document: string | TypedQueryDocumentNode): string =>
  typeof document === 'string' ? document : print(document);
