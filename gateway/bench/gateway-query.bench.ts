// CPU and latency of a federated query and of a 70 kB answer: this gateway against stock @apollo/gateway and @apollo/server.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printBound, printMachine, printTable, quantile } from '@fathom/platform/testing/bench';
import { Pool } from 'undici';
import { supergraphOf } from './processes/graph.ts';
import { generateBenchKey } from './processes/identity.ts';
import { type BenchProcess, startBenchProcess } from './processes/process.ts';

/*
 *   this process --4 connections--> gateway under test --> shop, people
 *
 * Four processes beside this one; both gateways use the same two subgraphs. They take turns in short rounds, so that
 * whatever else the machine does hits both. CPU is that of the gateway's process alone, user and system, all threads.
 * This gateway also authenticates an API key, limits the rate and the cost, and counts; the stock one does none of it.
 */
interface Door {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Case {
  readonly name: string;
  readonly query: string;
  readonly requestsPerRound: number;
  readonly rounds: number;
}

interface Measured {
  readonly cpuMs: number;
  readonly latencies: readonly number[];
  readonly bytes: number;
}

const connections = 4;
const simple: Case = {
  name: 'simple query',
  query: '{ product(id: "1") { id name price seller { id name } } }',
  requestsPerRound: 400,
  rounds: 10,
};
const large: Case = {
  name: '70 kB answer',
  query: '{ products(first: 685) { id name price inStock } }',
  requestsPerRound: 80,
  rounds: 8,
};

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
const fathom = await startBenchProcess<Door>('./fathom.ts', { key, urls, supergraphFile });
const stock = await startBenchProcess<Door>('./stock.ts', { key, supergraphFile });

const results = new Map<Case, { readonly fathom: Measured; readonly stock: Measured }>();
for (const test of [simple, large]) results.set(test, await compare(test));

await Promise.all([fathom, stock, shop, people].map((process) => process.stop()));
await rm(folder, { recursive: true });

printMachine();
const ms = (value: number) => Number(value.toFixed(3));
printTable(
  ['', 'gateway', 'CPU ms a request', 'p50 ms', 'p95 ms', 'bytes', 'stock / this, CPU'],
  [...results].flatMap(([{ name }, { fathom: ours, stock: theirs }]) => [
    row(name, 'this', ours, ms(theirs.cpuMs / ours.cpuMs)),
    row(name, '@apollo/gateway', theirs, ''),
  ]),
);
const measured = results.get(simple);
if (measured)
  printBound({
    name: 'simple-query-cpu-of-stock',
    measured: measured.fathom.cpuMs / measured.stock.cpuMs,
    required: 1 / 6,
    direction: 'at-most',
  });

function row(name: string, gateway: string, { cpuMs, latencies, bytes }: Measured, ratio: number | string) {
  return [
    name,
    gateway,
    ms(cpuMs),
    ms(quantile(latencies, 0.5)),
    ms(quantile(latencies, 0.95)),
    bytes,
    ratio,
  ];
}

async function compare(test: Case): Promise<{ fathom: Measured; stock: Measured }> {
  // Both answer the same, and are as fast as they get, before anything is measured.
  for (const door of [fathom, stock]) await runRound(door, test, 3 * test.requestsPerRound);
  const rounds: { readonly fathom: Measured[]; readonly stock: Measured[] } = { fathom: [], stock: [] };
  for (let round = 0; round < test.rounds; round += 1) {
    const order = round % 2 ? (['stock', 'fathom'] as const) : (['fathom', 'stock'] as const);
    for (const side of order) rounds[side].push(await runRound({ fathom, stock }[side], test));
  }
  return { fathom: merged(rounds.fathom), stock: merged(rounds.stock) };
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
  { query, requestsPerRound }: Case,
  requests = requestsPerRound,
): Promise<Measured> {
  const { url, headers } = door.ready;
  const pool = new Pool(new URL(url).origin, { connections, pipelining: 1 });
  const path = new URL(url).pathname;
  const body = JSON.stringify({ query });
  const latencies: number[] = [];
  let bytes = 0;
  let left = requests;
  const cpuBefore = await door.cpuMicros();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (left > 0) {
        left -= 1;
        const startedAt = performance.now();
        const response = await pool.request({
          path,
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body,
        });
        const text = await response.body.text();
        latencies.push(performance.now() - startedAt);
        if (response.statusCode !== 200 || !text.includes('"data":{"product') || text.includes('"errors"'))
          throw new Error(`${url} answered ${response.statusCode}: ${text.slice(0, 400)}`);
        bytes = text.length;
      }
    }),
  );
  const cpuMs = ((await door.cpuMicros()) - cpuBefore) / 1_000 / requests;
  await pool.close();
  return { cpuMs, latencies, bytes };
}
