// CPU and latency of federated queries and of a 70 kB answer: this gateway against @apollo/gateway and Hive Gateway, with either planner.
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
 *   this process --4 connections, or 32--> gateway under test --> shop, people
 *
 * Each gateway is a process of its own, and all use the same two subgraphs. They take turns in short rounds, each round in
 * another order, so that whatever else the machine does hits all of them. CPU is that of the gateway's process alone, user
 * and system, all threads. This gateway also authenticates an API key, limits the rate and the cost, counts and traces; the
 * others do none of it. The floor of the simple query is a bare server that makes the same two requests and knows
 * what to ask and how to join it without being told.
 */
interface Door {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Case {
  readonly name: string;
  readonly query: string;
  readonly connections: number;
  readonly requestsPerRound: number;
  readonly rounds: number;
}

interface Measured {
  readonly cpuMs: number;
  readonly latencies: readonly number[];
  readonly bytes: number;
}

/** By then each peer runs compiled code only: shorter, and the rounds would measure the compiler. */
const warmUpRounds = 12;
const simple: Case = {
  name: 'simple query',
  query: '{ product(id: "1") { id name price seller { id name } } }',
  connections: 4,
  requestsPerRound: 400,
  rounds: 10,
};
/** Under load more is done in each turn of the event loop, and whatever can be shared between requests is. */
const loaded: Case = { ...simple, name: 'simple query, 32 at a time', connections: 32 };
const large: Case = {
  name: '70 kB answer',
  query: '{ products(first: 685) { id name price inStock } }',
  connections: 4,
  requestsPerRound: 80,
  rounds: 8,
};

const entities: Case = {
  name: 'list of 100 entities',
  query: '{ products(first: 100) { id name seller { id name city } } }',
  connections: 4,
  requestsPerRound: 100,
  rounds: 8,
};
const cases = [simple, loaded, entities, large];

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
const stock = '@apollo/gateway';
const hive = await installHive();
const hiveName = hive.kind === 'installed' ? `Hive Gateway ${hive.version}` : '';
const hiveRust = `${hiveName}, Rust planner`;
const gateways = new Map<string, BenchProcess<Door>>([
  [fathom, await startBenchProcess<Door>('./fathom.ts', { key, urls, supergraphFile })],
  [stock, await startBenchProcess<Door>('./stock.ts', { key, supergraphFile })],
]);
if (hive.kind === 'installed')
  for (const [name, rustPlanner] of [
    [hiveName, false],
    [hiveRust, true],
  ] as const)
    gateways.set(
      name,
      await startBenchProcess<Door>('./hive.ts', { key, supergraphFile, folder: hive.folder, rustPlanner }),
    );

/** Nobody can be below it who leaves HTTP to `node:http`: what is above it is what a gateway does. */
const floor = 'bare node:http';
const withFloor = new Map([
  ...gateways,
  [floor, await startBenchProcess<Door>('./bare-query.ts', { key, urls })],
]);

const results = new Map<Case, ReadonlyMap<string, Measured>>();
for (const test of cases)
  results.set(test, await compare(test, test.query === simple.query ? withFloor : gateways));

await Promise.all([...withFloor.values(), shop, people].map((process) => process.stop()));
await rm(folder, { recursive: true });

printMachine();
if (hive.kind === 'absent') process.stdout.write(`Hive Gateway could not be installed: ${hive.because}\n\n`);
const ms = (value: number) => Number(value.toFixed(3));
printTable(
  ['', 'gateway', 'CPU ms a request', 'p50 ms', 'p95 ms', 'p99 ms', 'bytes', 'its CPU / this'],
  [...results].flatMap(([{ name }, measured]) =>
    [...measured].map(([gateway, { cpuMs, latencies, bytes }]) => [
      name,
      gateway,
      ms(cpuMs),
      ms(quantile(latencies, 0.5)),
      ms(quantile(latencies, 0.95)),
      ms(quantile(latencies, 0.99)),
      bytes,
      ms(cpuMs / (measured.get(fathom)?.cpuMs ?? Number.NaN)),
    ]),
  ),
);
for (const test of [simple, loaded]) {
  const ratioOf = (gateway: string): string => ratio(test, gateway, stock).toFixed(3);
  process.stdout.write(
    `${test.name}, CPU of ${stock}'s: ${fathom} ${ratioOf(fathom)}, ${floor} ${ratioOf(floor)}\n`,
  );
}
process.stdout.write('\n');
bound('simple-query-cpu-of-stock', simple, stock, 1 / 6);
bound('simple-query-32-at-a-time-cpu-of-stock', loaded, stock, 1 / 6);
bound('large-answer-cpu-of-stock', large, stock, 1 / 3);
if (hive.kind === 'installed') {
  bound('simple-query-cpu-of-hive-rust', simple, hiveRust, 1);
  bound('large-answer-cpu-of-hive-rust', large, hiveRust, 1);
}

function ratio(test: Case, gateway: string, peer: string): number {
  const measured = results.get(test);
  return (measured?.get(gateway)?.cpuMs ?? Number.NaN) / (measured?.get(peer)?.cpuMs ?? Number.NaN);
}

function bound(name: string, test: Case, peer: string, required: number): void {
  printBound({ name, measured: ratio(test, fathom, peer), required, direction: 'at-most' });
}

async function compare(
  test: Case,
  doors: ReadonlyMap<string, BenchProcess<Door>>,
): Promise<ReadonlyMap<string, Measured>> {
  // All answer the same, and are as fast as they get, before anything is measured.
  for (const door of doors.values()) await runRound(door, test, warmUpRounds * test.requestsPerRound);
  const rounds = new Map<string, Measured[]>([...doors.keys()].map((name) => [name, []]));
  for (let round = 0; round < test.rounds; round += 1) {
    const order = [...doors];
    order.push(...order.splice(0, round % order.length));
    for (const [name, door] of order) rounds.get(name)?.push(await runRound(door, test));
  }
  return new Map([...rounds].map(([name, measured]) => [name, merged(measured)]));
}

function merged(rounds: readonly Measured[]): Measured {
  return {
    cpuMs: quantile(
      rounds.map(({ cpuMs }) => cpuMs),
      0.5,
    ),
    latencies: rounds.flatMap(({ latencies }) => latencies),
    bytes: rounds[0]?.bytes ?? 0,
  };
}

async function runRound(
  door: BenchProcess<Door>,
  { query, connections, requestsPerRound }: Case,
  requests = requestsPerRound,
): Promise<Measured> {
  const { url, headers } = door.ready;
  const pool = new Pool(new URL(url).origin, { connections, pipelining: 1 });
  const path = new URL(url).pathname;
  const body = JSON.stringify({ query });
  const ask = async (): Promise<string> => {
    const response = await pool.request({
      path,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    const text = await response.body.text();
    if (response.statusCode !== 200 || !text.includes('"data":{"product') || text.includes('"errors"'))
      throw new Error(`${url} answered ${response.statusCode}: ${text.slice(0, 400)}`);
    return text;
  };
  // While the others had their turn, the subgraphs may have closed connections that a peer takes to be open.
  for (let asked = 0; asked < 2 * connections; asked += 1) await ask().catch(() => undefined);

  const latencies: number[] = [];
  let bytes = 0;
  let left = requests;
  const cpuBefore = await door.cpuMicros();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (left > 0) {
        left -= 1;
        const startedAt = performance.now();
        const text = await ask();
        latencies.push(performance.now() - startedAt);
        bytes = text.length;
      }
    }),
  );
  const cpuMs = ((await door.cpuMicros()) - cpuBefore) / 1_000 / requests;
  await pool.close();
  return { cpuMs, latencies, bytes };
}
