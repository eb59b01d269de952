// CPU of a streamed event, with an entity of another service and without: this gateway, with and without its memo, against Hive Gateway with either planner.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printBound, printMachine, printTable, quantile } from '@fathom/platform/testing/bench';
import { Pool } from 'undici';
import { supergraphOf } from './processes/graph.ts';
import { installHive } from './processes/hive-folder.ts';
import { generateBenchKey } from './processes/identity.ts';
import { type BenchProcess, startBenchProcess } from './processes/process.ts';

/*
 *   this process --8 event streams--> gateway under test --WebSocket--> shop, --HTTP--> people
 *
 * `token`: the shop alone answers. `entity`: each event names one of ten sellers, whose name `people` knows. Clients read server-sent events. CPU is that of the
 * gateway's process alone. `each event`: the memo is off, so every event fetches its seller, as it does in Hive Gateway.
 */
interface Door {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

const streams = 8;
const rounds = 6;
const shapes = {
  token: {
    query: 'subscription ($count: Int!) { tokens(count: $count) { sequence cursor text logProbability } }',
    // So many that what opening a stream costs is little of it.
    count: 1_000,
  },
  entity: {
    query: 'subscription ($count: Int!) { tokens(count: $count) { sequence text seller { id name } } }',
    count: 300,
  },
} as const;
type Shape = keyof typeof shapes;

const key = await generateBenchKey();
const folder = await mkdtemp(join(tmpdir(), 'fathom-bench-gateway-'));
const supergraphFile = join(folder, 'supergraph.graphql');
const [shop, people] = await Promise.all(
  ['shop', 'people'].map((name) =>
    startBenchProcess<{ readonly url: string }>('./subgraphs.ts', { name, key }),
  ),
);
if (!shop || !people) throw new Error('two subgraphs were started');
const urls = { shop: shop.ready.url, people: people.ready.url };
await writeFile(supergraphFile, supergraphOf(urls));

const fathom = 'this';
const hive = await installHive();
const gateways = new Map<string, BenchProcess<Door>>([
  [fathom, await startBenchProcess<Door>('./fathom.ts', { key, urls, supergraphFile })],
  [
    'this, each event',
    await startBenchProcess<Door>('./fathom.ts', { key, urls, supergraphFile, maxEntityAgeMs: 0 }),
  ],
]);
const hiveName = hive.kind === 'installed' ? `Hive Gateway ${hive.version}` : '';
if (hive.kind === 'installed')
  for (const rustPlanner of [false, true])
    gateways.set(
      rustPlanner ? `${hiveName}, Rust planner` : hiveName,
      await startBenchProcess<Door>('./hive.ts', { key, supergraphFile, folder: hive.folder, rustPlanner }),
    );

const measured = new Map<string, number[]>();
const samplesOf = (shape: Shape, name: string): number[] => {
  const samples = measured.get(`${shape} ${name}`) ?? [];
  measured.set(`${shape} ${name}`, samples);
  return samples;
};
const shapeNames = Object.keys(shapes) as Shape[];
for (const shape of shapeNames) {
  for (const door of gateways.values()) await runRound(door, shape);
  for (let round = 0; round < rounds; round += 1) {
    const order = [...gateways];
    order.push(...order.splice(0, round % order.length));
    for (const [name, door] of order) samplesOf(shape, name).push(await runRound(door, shape));
  }
}
await Promise.all([...gateways.values(), shop, people].map((process) => process.stop()));
await rm(folder, { recursive: true });

printMachine();
if (hive.kind === 'absent') process.stdout.write(`Hive Gateway could not be installed: ${hive.because}\n\n`);
const median = (shape: Shape, name: string) => quantile(samplesOf(shape, name), 0.5);
printTable(
  ['event', 'gateway', 'CPU µs an event', 'its CPU / this'],
  shapeNames.flatMap((shape) =>
    [...gateways.keys()].map((name) => [
      shape,
      name,
      Number(median(shape, name).toFixed(1)),
      Number((median(shape, name) / median(shape, fathom)).toFixed(2)),
    ]),
  ),
);
if (hive.kind === 'installed')
  for (const [shape, required] of [
    ['token', 1 / 2],
    ['entity', 1 / 4],
  ] as const)
    printBound({
      name: `${shape}-event-cpu-of-hive`,
      measured: median(shape, fathom) / median(shape, hiveName),
      required,
      direction: 'at-most',
    });

/** CPU of the gateway an event, µs. Throws unless every stream brought every event, with its entity, in order. */
async function runRound(door: BenchProcess<Door>, shape: Shape): Promise<number> {
  const { url, headers } = door.ready;
  const { query, count } = shapes[shape];
  const pool = new Pool(new URL(url).origin, { connections: streams, pipelining: 1 });
  const before = await door.cpuMicros();
  await Promise.all(
    Array.from({ length: streams }, async () => {
      const { body, statusCode } = await pool.request({
        path: new URL(url).pathname,
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
        body: JSON.stringify({ query, variables: { count } }),
      });
      const text = await body.text();
      const events = [...text.matchAll(/^data: ?(\{.*\})$/gm)].map(([, json = '']) => json);
      const wrong = events.findIndex(
        (json, index) =>
          !json.includes(`"sequence":${index},`) || (shape === 'entity' && !json.includes('"name":"Ada')),
      );
      if (events.length !== count || wrong !== -1)
        throw new Error(
          `${url} answered ${statusCode}, ${events.length} events: ${(events[wrong] ?? text).slice(0, 400)}`,
        );
    }),
  );
  const micros = (await door.cpuMicros()) - before;
  await pool.close();
  return micros / (streams * count);
}
