// CPU of a streamed token event that needs no entity fetch: through this gateway, against a client at the subgraph itself.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printBound, printMachine, printTable, quantile } from '@fathom/platform/testing/bench';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { supergraphOf } from './processes/graph.ts';
import { generateBenchKey, peerSignerOf, tokenOf } from './processes/identity.ts';
import { startBenchProcess } from './processes/process.ts';

/*
 *   direct   this process --16 sockets--> subgraph                 cost: the subgraph's CPU an event
 *   relayed  this process --16 sockets--> gateway --> subgraph     cost: the gateway's CPU and the subgraph's, an event
 *
 * The bound is on the difference of the two costs: what every event costs more, on all servers, because the gateway is
 * there. A second line holds the gateway's process alone to the same figure, since a subgraph that writes to one faster
 * reader may cost less and hide part of it. The reader's own CPU is on neither side. The two ways take turns in short rounds; the medians are compared.
 * `saturated`: each stream yields one event a turn of the subgraph's event loop. `paced`: one each 10 ms a stream, where
 * both sides pay for waking up. Each client has a socket of its own.
 */
const streams = 16;
const shapes = [
  { name: 'saturated', count: 2_000, everyMs: undefined, rounds: 8 },
  { name: 'paced', count: 200, everyMs: 10, rounds: 6 },
] as const;
type Shape = (typeof shapes)[number];
const query =
  'subscription ($count: Int!, $everyMs: Int) { tokens(count: $count, everyMs: $everyMs) { sequence cursor text logProbability } }';

interface Cost {
  readonly gatewayMicros: number;
  readonly subgraphMicros: number;
  readonly eventsPerSecond: number;
}

const key = await generateBenchKey();
const signer = peerSignerOf(key);
const folder = await mkdtemp(join(tmpdir(), 'fathom-bench-gateway-'));
const supergraphFile = join(folder, 'supergraph.graphql');
const shop = await startBenchProcess<{ readonly url: string }>('./subgraphs.ts', { name: 'shop', key });
const urls = { shop: shop.ready.url, people: shop.ready.url };
await writeFile(supergraphFile, supergraphOf(urls));
const gateway = await startBenchProcess<{ readonly url: string; readonly headers: Record<string, string> }>(
  './fathom.ts',
  { key, urls, supergraphFile },
);

interface Door {
  readonly url: string;
  readonly params: () => Promise<Record<string, string>>;
}
const ways: Readonly<Record<'direct' | 'relayed', Door>> = {
  direct: { url: shop.ready.url, params: async () => ({ identity: await tokenOf(signer, 'shop') }) },
  relayed: {
    url: gateway.ready.url,
    params: async () => ({ apiKey: gateway.ready.headers['x-api-key'] ?? '' }),
  },
};
type Way = keyof typeof ways;

const table: (readonly (string | number)[])[] = [];
const extra = new Map<string, number>();
const gatewayAlone = new Map<string, number>();
for (const shape of shapes) {
  for (const way of ['direct', 'relayed'] as const) await runRound(way, shape);
  const rounds: Record<Way, Cost[]> = { direct: [], relayed: [] };
  for (let round = 0; round < shape.rounds; round += 1) {
    const order: readonly Way[] = round % 2 ? ['relayed', 'direct'] : ['direct', 'relayed'];
    for (const way of order) rounds[way].push(await runRound(way, shape));
  }
  const [direct, relayed] = [medianOf(rounds.direct), medianOf(rounds.relayed)];
  table.push(row(shape.name, 'direct', direct), row(shape.name, 'relayed', relayed));
  extra.set(shape.name, totalOf(relayed) - totalOf(direct));
  gatewayAlone.set(shape.name, relayed.gatewayMicros);
}
await Promise.all([gateway.stop(), shop.stop()]);
await rm(folder, { recursive: true });

printMachine();
printTable(['', 'way', 'subgraph µs', 'gateway µs', 'all servers µs', 'events/s'], table);
process.stdout.write(
  `\nCPU an event more than direct: ${[...extra].map(([name, micros]) => `${name} ${micros.toFixed(1)} µs`).join(', ')}\n`,
);
printBound({
  name: 'streamed-token-extra-cpu-micros',
  measured: extra.get('saturated') ?? Number.NaN,
  required: 10,
  direction: 'at-most',
});
printBound({
  name: 'streamed-token-gateway-cpu-micros',
  measured: gatewayAlone.get('saturated') ?? Number.NaN,
  required: 10,
  direction: 'at-most',
});

function totalOf({ gatewayMicros, subgraphMicros }: Cost): number {
  return gatewayMicros + subgraphMicros;
}

function medianOf(costs: readonly Cost[]): Cost {
  const median = (of: keyof Cost) =>
    quantile(
      costs.map((cost) => cost[of]),
      0.5,
    );
  return {
    gatewayMicros: median('gatewayMicros'),
    subgraphMicros: median('subgraphMicros'),
    eventsPerSecond: median('eventsPerSecond'),
  };
}

function row(shape: string, way: Way, cost: Cost): readonly (string | number)[] {
  const micros = (value: number) => Number(value.toFixed(1));
  return [
    shape,
    way,
    micros(cost.subgraphMicros),
    way === 'direct' ? 0 : micros(cost.gatewayMicros),
    micros(way === 'direct' ? cost.subgraphMicros : totalOf(cost)),
    Math.round(cost.eventsPerSecond),
  ];
}

/** Throws unless every stream brought every event. */
async function runRound(way: Way, { count, everyMs }: Shape): Promise<Cost> {
  const clients = Array.from({ length: streams }, () =>
    createClient({
      url: ways[way].url.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: ways[way].params,
      retryAttempts: 0,
    }),
  );
  const startedAt = performance.now();
  const before = await Promise.all([gateway.cpuMicros(), shop.cpuMicros()]);
  const counts = await Promise.all(
    clients.map(
      (client) =>
        new Promise<number>((resolve, reject) => {
          let events = 0;
          client.subscribe<{ readonly tokens: { readonly sequence: number } }>(
            { query, variables: { count, everyMs } },
            {
              next: ({ data, errors }) => {
                if (errors || data?.tokens.sequence !== events)
                  reject(new Error(`${way}: event ${events} was ${JSON.stringify(errors ?? data)}`));
                events += 1;
              },
              error: reject,
              complete: () => resolve(events),
            },
          );
        }),
    ),
  );
  const after = await Promise.all([gateway.cpuMicros(), shop.cpuMicros()]);
  const elapsedMs = performance.now() - startedAt;
  await Promise.all(clients.map((client) => client.dispose()));
  if (counts.some((events) => events !== count)) throw new Error(`${way}: ${counts.join(', ')} of ${count}`);
  const events = streams * count;
  return {
    gatewayMicros: way === 'direct' ? 0 : (after[0] - before[0]) / events,
    subgraphMicros: (after[1] - before[1]) / events,
    eventsPerSecond: (1_000 * events) / elapsedMs,
  };
}
