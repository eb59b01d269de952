// Tokens a second of 16 streams through the gateway, against the same requests on the engine alone; `-- engine-gateway default` or `generated` takes one model.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '@fathom/platform/repository';
import { printBound, printMachine, printTable, quantile } from '@fathom/platform/testing/bench';
import type { EngineRequest } from '../src/engine/protocol.ts';
import {
  type BenchModel,
  defaultModel,
  generatedModel,
  greedy,
  loadInto,
  openDevice,
  runAll,
  writeModel,
} from './engine-harness.ts';

/*
 * The product as `npm start` starts it, with a data folder of its own, and clients that read `generate` as server-sent events: a
 * generation is accepted into PostgreSQL, each of its tokens is an event with a cursor, kept before it is shown, and goes
 * through inference's and the gateway's subscription. The engine alone runs the same prompts in this process while the
 * product is idle. A bias keeps a model from ending early, for both. Rounds alternate; medians are compared. What the way
 * costs is the same for each token whatever the model's size: the default model computes one in so short a time that the way
 * weighs most, the generated one is of a size that people serve.
 */
const streams = 16;
const rounds = 4;
const maxTokens = 96;
const endOfText = 3;
interface Subject extends BenchModel {
  /** In a round. */
  readonly requests: number;
}

const home = await mkdtemp(join(tmpdir(), 'fathom-bench-gateway-'));
const shipped = await defaultModel();
if (shipped.name !== 'fathom-facts') throw new Error('the weights of the default model are not there');
const subjects: readonly Subject[] = [
  { ...shipped, requests: 128 },
  { ...generatedModel(shipped.model), requests: 32 },
];
const wanted = process.argv[2];
const chosen = subjects.filter(
  ({ name }) =>
    wanted === undefined || (wanted === 'default' ? name === shipped.name : name.startsWith(wanted)),
);
if (chosen.length === 0) throw new Error(`"${wanted}" is neither default nor generated`);
const engine = openDevice({ maxSequences: streams });
const product = await startProduct();
const rows: (string | number)[][] = [];
const shares: { readonly name: string; readonly measured: number }[] = [];
try {
  for (const subject of chosen) {
    const folder = await writeModel(home, subject);
    await loadInto(engine, subject.name, folder);
    // The product has the default model as it ships; the bias keeps that one from ending, too.
    if (subject.name !== shipped.name) await addModel(folder, subject.name);
    const [alone, through]: [number[], number[]] = [[], []];
    for (let round = 0; round <= rounds; round += 1) {
      const onEngine = await measureEngine(subject, round);
      const onGateway = await measureGateway(subject, round);
      // The first one warms both up.
      if (round === 0) continue;
      alone.push(onEngine);
      through.push(onGateway);
    }
    engine.unload(subject.name);
    const [ofEngine, ofGateway] = [quantile(alone, 0.5), quantile(through, 0.5)];
    rows.push([subject.name, Math.round(ofEngine), Math.round(ofGateway)]);
    shares.push({ name: subject.name, measured: ofGateway / ofEngine });
  }
} finally {
  await product.stop();
  await engine.close();
  await rm(home, { recursive: true, force: true });
}

printMachine();
printTable(['16 streams, tokens/s', 'engine alone', 'through the gateway'], rows);
process.stdout.write('\n');
for (const { name, measured } of shares)
  printBound({
    name: `${name}-through-gateway-of-engine-alone`,
    measured,
    required: 0.85,
    direction: 'at-least',
  });

/** By the product's own command, which checks it; it is served as `NAME@champion` then. */
async function addModel(folder: string, name: string): Promise<void> {
  const add = [
    'run',
    '--silent',
    'fathom',
    '--',
    'models',
    'add',
    folder,
    '--name',
    name,
    '--alias',
    'champion',
  ];
  await promisify(execFile)('npm', add, {
    cwd: repositoryRoot(),
    env: { ...process.env, FATHOM_HOME: product.folder },
  });
}

async function measureEngine({ name, model, requests }: Subject, round: number): Promise<number> {
  const toRun = Array.from({ length: requests }, (_, index): EngineRequest => {
    const request = greedy({
      id: `${round}-${index}`,
      lane: name,
      promptTokens: model.tokenizer.encode(promptOf(round, index)),
      maxTokens,
    });
    return { ...request, sampling: { ...request.sampling, logitBias: [{ tokenId: endOfText, bias: -100 }] } };
  });
  const startedAt = performance.now();
  const done = await runAll(engine, toRun, streams);
  const tokens = done.reduce((sum, { tokens: count }) => sum + count, 0);
  return rate(tokens, { requests, startedAt });
}

async function measureGateway({ name, requests }: Subject, round: number): Promise<number> {
  const left = Array.from({ length: requests }, (_, index) => promptOf(round, index));
  const startedAt = performance.now();
  let tokens = 0;
  await Promise.all(
    Array.from({ length: streams }, async () => {
      for (let prompt = left.shift(); prompt !== undefined; prompt = left.shift()) {
        const count = await generate(name, prompt);
        tokens += count;
      }
    }),
  );
  return rate(tokens, { requests, startedAt });
}

function rate(
  tokens: number,
  { requests, startedAt }: { readonly requests: number; readonly startedAt: number },
): number {
  if (tokens !== requests * maxTokens) throw new Error(`${tokens} tokens came, not ${requests * maxTokens}`);
  return (1_000 * tokens) / (performance.now() - startedAt);
}

/** Reads one stream to its end; how many tokens it had. */
async function generate(model: string, prompt: string): Promise<number> {
  const response = await fetch(`${product.url}/graphql`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      'x-api-key': product.key,
    },
    body: JSON.stringify({
      query: `subscription ($input: GenerateInput!) {
        generate(input: $input) { __typename sequence ... on TokenGenerated { text } }
      }`,
      variables: {
        input: { model, prompt, raw: true, maxTokens, logitBias: [{ tokenId: endOfText, bias: -100 }] },
      },
    }),
  });
  const text = await response.text();
  const count = text.match(/"__typename":"TokenGenerated"/g)?.length ?? 0;
  if (count !== maxTokens) throw new Error(`${count} tokens, not ${maxTokens}: ${text.slice(-1_000)}`);
  return count;
}

function promptOf(round: number, index: number): string {
  return `${index} years ago in round ${round}, when nobody thought of it, a king said`;
}

async function startProduct(): Promise<{
  readonly folder: string;
  readonly url: string;
  readonly key: string;
  readonly stop: () => Promise<unknown>;
}> {
  const folder = join(home, 'product');
  const child = spawn('npm', ['start', '--silent'], {
    cwd: repositoryRoot(),
    env: { ...process.env, PORT: '0', FATHOM_HOME: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  await ready(child);
  const running = JSON.parse(await readFile(join(folder, 'running.json'), 'utf8')) as {
    readonly url: string;
    readonly pid: number;
  };
  return {
    folder,
    url: new URL(running.url).origin,
    key: (await readFile(join(folder, 'keys', 'admin'), 'utf8')).trim(),
    async stop() {
      const exited = once(child, 'exit');
      process.kill(running.pid, 'SIGINT');
      await exited;
    },
  };
}

async function ready(child: ChildProcess): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      if (output.includes('Ask something')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code}:\n${output}`)));
  });
}
