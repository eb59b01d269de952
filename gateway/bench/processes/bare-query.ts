/**
 * The least that a gateway on `node:http` can do for the simple query: take it, make the two requests that its plan has over the
 * gateway's own wire, join their answers by hand. It knows nobody, checks nothing and plans nothing: what a gateway costs above
 * it is the gateway's own. (With the client of `node:http` it would cost nearly twice as much.)
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { identityHeader } from '@fathom/platform/identity';
import { Departure } from '../../src/departure.ts';
import { createWire } from '../../src/subgraphs/wire/create-wire.ts';
import type { SubgraphUrls } from './graph.ts';
import { type BenchKey, peerSignerOf, tokenOf } from './identity.ts';
import { configurationOf, serve } from './process.ts';

const { key, urls } = configurationOf<{ readonly key: BenchKey; readonly urls: SubgraphUrls }>();
const signer = peerSignerOf(key);
const nobodyLeaves = new Departure();

/** The subgraphs refuse who cannot show a signed identity; it is signed anew before it gets old, not for each request. */
async function createAsk(service: keyof SubgraphUrls) {
  const wire = createWire({ url: new URL('/graphql', urls[service]), maxConnections: 64, maxPerSocket: 32 });
  const sign = (): Promise<string> => tokenOf(signer, service);
  let token = await sign();
  setInterval(async () => {
    token = await sign();
  }, 5_000).unref();
  return <Data>(body: string, use: (data: Data) => void): void => {
    const headers = [identityHeader, token];
    const endsAt = performance.now() + 10_000;
    wire.send(
      { headers, body, endsAt, maxBytes: 1_000_000, signal: nobodyLeaves },
      {
        answered: ({ text }) => use((JSON.parse(text) as { readonly data: Data }).data),
        failed(failure) {
          throw failure;
        },
      },
    );
  };
}

const askShop = await createAsk('shop');
const askPeople = await createAsk('people');

interface Product {
  readonly id: string;
  readonly name: string;
  readonly price: number;
  readonly seller: { readonly __typename: string; readonly id: string };
}

const productBody = JSON.stringify({
  query: '{ product(id: "1") { id name price seller { __typename id } } }',
});
const sellersQuery =
  'query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Person { name } } }';

function answer(send: (body: string) => void): void {
  askShop<{ readonly product: Product }>(productBody, ({ product: { id, name, price, seller } }) => {
    const body = JSON.stringify({ query: sellersQuery, variables: { representations: [seller] } });
    askPeople<{ readonly _entities: readonly [{ readonly name: string }] }>(body, ({ _entities }) => {
      const found = { id: seller.id, name: _entities[0].name };
      send(JSON.stringify({ data: { product: { id, name, price, seller: found } } }));
    });
  });
}

const server = createServer((request, response) => {
  let sent = '';
  request
    .setEncoding('utf8')
    .on('data', (chunk: string) => {
      sent += chunk;
    })
    .on('end', () => {
      JSON.parse(sent);
      answer((body) => {
        response.writeHead(200, [
          'content-type',
          'application/json',
          'content-length',
          Buffer.byteLength(body),
        ]);
        response.end(body);
      });
    });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  serve({ url: `http://127.0.0.1:${port}/graphql`, headers: {} });
});
