/** The peer in a process of its own: Apollo's gateway and server as their documentation puts them together. */
import { readFile } from 'node:fs/promises';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { identityHeader } from '@fathom/platform/identity';
import { type BenchKey, peerSignerOf, tokenOf } from './identity.ts';
import { configurationOf, serve } from './process.ts';

const { key, supergraphFile } = configurationOf<{
  readonly key: BenchKey;
  readonly supergraphFile: string;
}>();
const signer = peerSignerOf(key);

const gateway = new ApolloGateway({
  supergraphSdl: await readFile(supergraphFile, 'utf8'),
  buildService: ({ name, url }) =>
    new RemoteGraphQLDataSource({
      url: url ?? '',
      // The subgraphs refuse who cannot show a signed identity.
      async willSendRequest({ request }) {
        request.http?.headers.set(identityHeader, await tokenOf(signer, name));
      },
    }),
});
const { url } = await startStandaloneServer(new ApolloServer({ gateway }), {
  listen: { port: 0, host: '127.0.0.1' },
});
serve({ url, headers: {} });
