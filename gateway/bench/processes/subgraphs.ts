/** One subgraph of the benchmarks in a process of its own: the platform's server, as every service has it. */
import { once } from 'node:events';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import type { RequestContext } from '@fathom/platform/server/request-context';
import { startTestSubgraph } from '@fathom/platform/testing/subgraph';
import { peopleSdl, shopSdl } from './graph.ts';
import { type BenchKey, identityOf } from './identity.ts';
import { configurationOf, serve } from './process.ts';

const { name, key } = configurationOf<{ readonly name: 'shop' | 'people'; readonly key: BenchKey }>();

const productOf = (id: string) => ({
  id,
  name: `A product with a name of ordinary length, number ${id}`,
  price: 12.5,
  inStock: true,
  // Fifty sellers: a list of products names each of them twice.
  seller: { __typename: 'Person', id: `seller-${Number(id) % 50}` },
});

const personOf = (id: string) => ({ __typename: 'Person', id, name: 'Ada Lovelace', city: 'London' });

/** As fast as it is read, or one each `everyMs`: each event is a turn of the event loop of its own, as a token is. */
async function* tokens(count: number, everyMs: number | null | undefined) {
  for (let sequence = 0; sequence < count; sequence += 1) {
    await (everyMs ? pause(everyMs) : turn());
    yield {
      tokens: {
        sequence,
        cursor: `bench:${sequence}`,
        text: ' token',
        logProbability: -0.125,
        seller: { __typename: 'Person', id: `seller-${sequence % 10}` },
      },
    };
  }
}

let openStreams = 0;

/** One event, and then nothing until it is left. */
async function* quiet(signal: AbortSignal) {
  openStreams += 1;
  signal.addEventListener(
    'abort',
    () => {
      openStreams -= 1;
    },
    { once: true },
  );
  yield {
    quiet: {
      sequence: 0,
      cursor: 'bench:0',
      text: ' token',
      logProbability: -0.125,
      seller: { id: 'seller-0' },
    },
  };
  if (!signal.aborted) await once(signal, 'abort');
}

const resolvers = {
  shop: {
    Query: {
      product: (_: unknown, { id }: { id: string }) => productOf(id),
      products: (_: unknown, { first }: { first: number }) =>
        Array.from({ length: first }, (_item, index) => productOf(String(index))),
    },
    Subscription: {
      quiet: {
        subscribe: (_: unknown, _args: unknown, context: RequestContext) => quiet(context.signal),
      },
      tokens: {
        subscribe: (_: unknown, { count, everyMs }: { count: number; everyMs?: number | null }) =>
          tokens(count, everyMs),
      },
    },
  },
  people: {
    Query: { person: (_: unknown, { id }: { id: string }) => personOf(id) },
    Person: { __resolveReference: ({ id }: { id: string }) => personOf(id) },
  },
};

const server = await startTestSubgraph({
  service: name,
  typeDefs: name === 'shop' ? shopSdl : peopleSdl,
  resolvers: resolvers[name],
  identity: identityOf(key),
});
serve({ url: server.url }, { 'open streams': () => openStreams });
