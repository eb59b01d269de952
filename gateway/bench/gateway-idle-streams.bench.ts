// Memory of streams that say nothing, the time to open ten thousand of them in a burst, how soon a stream that is left stops at its source, and start-up: this gateway against Hive Gateway.
import { execSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printBound, printMachine, printTable, quantile } from '@fathom/platform/testing/bench';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { supergraphOf } from './processes/graph.ts';
import { installHive } from './processes/hive-folder.ts';
import { generateBenchKey } from './processes/identity.ts';
import { type BenchProcess, startBenchProcess } from './processes/process.ts';

/*
 *   this process --a socket a stream, server-sent events--> gateway under test --few WebSockets--> shop
 *
 * Each stream brings one event, by which it is known to be open, and is quiet from then on. Memory is what the gateway's
 * process holds of the machine behind a collection of garbage, with all streams and without. `shared sockets`: the same
 * over WebSockets with a hundred streams each, which only this gateway is asked for. `bare node:http` answers with that event
 * by itself and holds the response: what the machine and Node take before any gateway does something. The stock
 * @apollo/gateway has no subscriptions. Each stream takes a descriptor here and one of the gateway.
 */
interface Door {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Opened {
  readonly startSeconds: number;
  readonly seconds: number;
  readonly bytesPerStream: number;
  /** Of each stream, from the request to its first event. */
  readonly openingMs: readonly number[];
}

interface Run {
  readonly name: string;
  readonly file: string;
  readonly configuration: object;
  readonly count: number;
  /** By sockets that are shared, without it. */
  readonly open?: Open;
}

const rounds = 3;

const wanted = Number(process.argv[2] ?? 10_000);
const descriptors =
  Number(execSync('ulimit -n', { shell: '/bin/sh', encoding: 'utf8' })) || Number.MAX_SAFE_INTEGER;
const streams = Math.min(wanted, descriptors - 1_000);
/** Opened at a time: as many as a listening socket keeps waiting. */
const burst = 256;
const streamsPerSocket = 100;
const query = 'subscription { quiet { sequence cursor text logProbability } }';

const key = await generateBenchKey();
const folder = await mkdtemp(join(tmpdir(), 'fathom-bench-gateway-'));
const supergraphFile = join(folder, 'supergraph.graphql');
const shop = await startBenchProcess<{ readonly url: string }>('./subgraphs.ts', { name: 'shop', key });
const urls = { shop: shop.ready.url, people: shop.ready.url };
await writeFile(supergraphFile, supergraphOf(urls));
const hive = await installHive();

const fathom = 'this';
const bare = 'bare node:http';
const hiveName = hive.kind === 'installed' ? `Hive Gateway ${hive.version}` : '';
const kinds: readonly (readonly [string, string, object])[] = [
  [bare, './bare.ts', {}],
  [fathom, './fathom.ts', { key, urls, supergraphFile }],
  ...(hive.kind === 'installed'
    ? [[hiveName, './hive.ts', { key, supergraphFile, folder: hive.folder, rustPlanner: false }] as const]
    : []),
];

/** Each gateway in turn, by a process of its own, in another order each round: whatever else this machine does meets all of them. */
const runs: readonly Run[] = [
  ...kinds.map(([name, file, configuration]) => ({
    name,
    file,
    configuration,
    count: streams,
    open: openBySse,
  })),
  {
    name: `${fathom}, shared sockets`,
    file: './fathom.ts',
    configuration: { key, urls, supergraphFile },
    count: wanted,
  },
];
const measured = new Map<string, Opened[]>(runs.map(({ name }) => [name, []]));
const leftMs: number[] = [];
for (let round = 0; round < rounds; round += 1)
  for (let place = 0; place < runs.length; place += 1) {
    const run = runs[(place + round) % runs.length] as Run;
    const startedAt = performance.now();
    const door = await startBenchProcess<Door>(run.file, run.configuration);
    const startSeconds = (performance.now() - startedAt) / 1_000;
    const source = run.name === bare ? door : shop;
    const open = run.open ?? openByWebSocket();
    measured
      .get(run.name)
      ?.push({ ...(await openAll({ door, source, count: run.count, open })), startSeconds });
    if (run.name === fathom) for (let leave = 0; leave < 20; leave += 1) leftMs.push(await leaveOne(door));
    await door.stop();
  }
await shop.stop();
await rm(folder, { recursive: true });

printMachine();
if (hive.kind === 'absent') process.stdout.write(`Hive Gateway could not be installed: ${hive.because}\n\n`);
if (streams < wanted)
  process.stdout.write(
    `${descriptors} descriptors a process allow ${streams} streams with a socket each.\n\n`,
  );
printTable(
  [
    'gateway',
    'streams',
    'opened in s',
    'streams/s',
    'p50 ms',
    'p95 ms',
    'p99 ms',
    'kB a stream',
    'MB in all',
    'start-up s',
  ],
  runs.map(({ name, count }) => {
    const [seconds, bytesPerStream] = [medianOf(name, 'seconds'), medianOf(name, 'bytesPerStream')];
    const openingMs = (measured.get(name) ?? []).flatMap((opened) => opened.openingMs);
    return [
      name,
      count,
      Number(seconds.toFixed(1)),
      Math.round(count / seconds),
      ...[0.5, 0.95, 0.99].map((share) => Number(quantile(openingMs, share).toFixed(1))),
      Number((bytesPerStream / 1024).toFixed(1)),
      Number(((bytesPerStream * count) / 1024 / 1024).toFixed(0)),
      Number(medianOf(name, 'startSeconds').toFixed(2)),
    ];
  }),
);
process.stdout.write(
  `\nMedians of ${rounds} rounds; p50 to p99 are of all openings, ${burst} of which are under way at a time.\n`,
);
const p95 = quantile(leftMs, 0.95);
process.stdout.write(
  `\nA quiet stream that is left stops at its source after ${quantile(leftMs, 0.5).toFixed(1)} ms, p95 ${p95.toFixed(1)} ms.\n`,
);
printBound({
  name: 'left-stream-stops-at-source-ms-p95',
  measured: p95,
  required: 100,
  direction: 'at-most',
});
if (hive.kind === 'installed') {
  /** Round by round, since both were measured in each. */
  const ratio = (of: 'bytesPerStream' | 'seconds'): number => {
    const [own, peer] = [measured.get(fathom) ?? [], measured.get(hiveName) ?? []];
    return quantile(
      own.map((opened, round) => opened[of] / (peer[round]?.[of] ?? Number.NaN)),
      0.5,
    );
  };
  printBound({
    name: 'idle-stream-memory-of-hive',
    measured: ratio('bytesPerStream'),
    required: 1,
    direction: 'at-most',
  });
  printBound({
    name: 'burst-of-streams-time-of-hive',
    measured: ratio('seconds'),
    required: 1,
    direction: 'at-most',
  });
}

function medianOf(name: string, of: 'seconds' | 'bytesPerStream' | 'startSeconds'): number {
  return quantile(
    (measured.get(name) ?? []).map((opened) => opened[of]),
    0.5,
  );
}

type Open = (door: Door, number: number) => Promise<() => void>;

interface Opening {
  readonly door: BenchProcess<Door>;
  /** Where streams can be counted. */
  readonly source: BenchProcess<unknown>;
  readonly count: number;
  readonly open: Open;
}

/** Opens them as fast as they open, weighs the gateway, and leaves them all. */
async function openAll({ door, source, count, open }: Opening): Promise<Omit<Opened, 'startSeconds'>> {
  // What a first stream brings into memory for good is no stream's share.
  const warm = await Promise.all(Array.from({ length: 100 }, (_, number) => open(door.ready, number)));
  for (const leave of warm) leave();
  await until(async () => (await openAt(source)) === 0);
  const before = await door.memoryBytes();
  const startedAt = performance.now();
  const left: (() => void)[] = [];
  const openingMs: number[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: burst }, async () => {
      while (next < count) {
        const beganAt = performance.now();
        left.push(await open(door.ready, next++));
        openingMs.push(performance.now() - beganAt);
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  if ((await openAt(source)) !== count)
    throw new Error(`${await openAt(source)} of ${count} streams are open`);
  const bytesPerStream = ((await door.memoryBytes()) - before) / count;
  for (const leave of left) leave();
  await until(async () => (await openAt(source)) === 0);
  return { seconds, bytesPerStream, openingMs };
}

/** From the client's `complete` to the end of the service's work, seen at the service itself. */
async function leaveOne({ ready }: BenchProcess<Door>): Promise<number> {
  const leave = await openByWebSocket()(ready, 0);
  const startedAt = performance.now();
  leave();
  await until(async () => (await openAt(shop)) === 0);
  return performance.now() - startedAt;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition()));
}

/** Streams that it works on. */
function openAt(source: BenchProcess<unknown>): Promise<number> {
  return source.ask('open streams');
}

async function openBySse({ url, headers }: Door): Promise<() => void> {
  const body = JSON.stringify({ query });
  const agent = new Agent({ keepAlive: false });
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      {
        method: 'POST',
        agent,
        headers: { ...headers, 'content-type': 'application/json', accept: 'text/event-stream' },
      },
      (response: IncomingMessage) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text = (text + chunk.toString('utf8')).slice(-1_000);
          if (text.includes('"sequence":0')) resolve(() => call.destroy());
          else if (text.includes('"errors"')) reject(new Error(text));
        });
        response.on('error', () => undefined);
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

function openByWebSocket(): Open {
  const clients = new Map<number, ReturnType<typeof createClient>>();
  return async ({ url, headers }, number) => {
    const place = Math.floor(number / streamsPerSocket);
    const client =
      clients.get(place) ??
      createClient({
        url: url.replace(/^http/, 'ws'),
        webSocketImpl: WebSocket,
        connectionParams: { apiKey: headers['x-api-key'] ?? '' },
        retryAttempts: 0,
      });
    clients.set(place, client);
    const events = client.iterate({ query });
    const { value } = await events.next();
    if (!JSON.stringify(value).includes('"sequence":0')) throw new Error(JSON.stringify(value));
    return () => void events.return?.();
  };
}
