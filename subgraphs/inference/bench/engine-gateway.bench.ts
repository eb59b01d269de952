// Tokens a second of 16 streams through the gateway, against the same requests on the engine alone.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '@fathom/platform/repository';
import { printBound, printMachine, printTable, quantile } from '@fathom/platform/testing/bench';
import type { EngineRequest } from '../src/engine/protocol.ts';
import { defaultModel, greedy, loadInto, openDevice, runAll, writeModel } from './engine-harness.ts';

/*
 * The product as `npm start` starts it, with a data folder of its own, and clients that read `generate` as server-sent events: a
 * generation is accepted into PostgreSQL, each of its tokens is an event with a cursor, kept before it is shown, and goes
 * through inference's and the gateway's subscription. The engine alone runs the same prompts in this process while the
 * product is idle. A bias keeps the default model from ending early, for both. Rounds alternate; medians are compared.
 */
const [streams, requests, rounds, maxTokens] = [16, 64, 3, 96] as const;
const home = await mkdtemp(join(tmpdir(), 'fathom-bench-gateway-'));
const subject = await defaultModel();
if (subject.name !== 'fathom-facts') throw new Error('the weights of the default model are not there');
const endOfText = 3;
const promptOf = (round: number, index: number): string =>
  `${index} years ago in round ${round}, when nobody thought of it, a king said`;

const engine = openDevice({ maxSequences: streams });
await loadInto(engine, subject.name, await writeModel(home, subject));
const product = await startProduct();
const [alone, through]: [number[], number[]] = [[], []];
try {
  for (let round = 0; round <= rounds; round += 1) {
    const onEngine = await measureEngine(round);
    const onGateway = await measureGateway(round);
    // The first one warms both up.
    if (round === 0) continue;
    alone.push(onEngine);
    through.push(onGateway);
  }
} finally {
  await product.stop();
  await engine.close();
  await rm(home, { recursive: true, force: true });
}

printMachine();
printTable(
  ['16 streams', 'tokens/s'],
  [
    ['engine alone', Math.round(quantile(alone, 0.5))],
    ['through the gateway', Math.round(quantile(through, 0.5))],
  ],
);
process.stdout.write('\n');
printBound({
  name: 'through-gateway-of-engine-alone',
  measured: quantile(through, 0.5) / quantile(alone, 0.5),
  required: 0.85,
  direction: 'at-least',
});

async function measureEngine(round: number): Promise<number> {
  const toRun = Array.from({ length: requests }, (_, index): EngineRequest => {
    const request = greedy({
      id: `${round}-${index}`,
      lane: subject.name,
      promptTokens: subject.model.tokenizer.encode(promptOf(round, index)),
      maxTokens,
    });
    return { ...request, sampling: { ...request.sampling, logitBias: [{ tokenId: endOfText, bias: -100 }] } };
  });
  const startedAt = performance.now();
  const done = await runAll(engine, toRun, streams);
  return rate(
    done.reduce((sum, { tokens }) => sum + tokens, 0),
    startedAt,
  );
}

async function measureGateway(round: number): Promise<number> {
  const left = Array.from({ length: requests }, (_, index) => promptOf(round, index));
  const startedAt = performance.now();
  let tokens = 0;
  await Promise.all(
    Array.from({ length: streams }, async () => {
      for (let prompt = left.shift(); prompt !== undefined; prompt = left.shift()) {
        const count = await generate(prompt);
        tokens += count;
      }
    }),
  );
  return rate(tokens, startedAt);
}

function rate(tokens: number, startedAt: number): number {
  if (tokens !== requests * maxTokens) throw new Error(`${tokens} tokens came, not ${requests * maxTokens}`);
  return (1_000 * tokens) / (performance.now() - startedAt);
}

/** Reads one stream to its end; how many tokens it had. */
async function generate(prompt: string): Promise<number> {
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
        input: { prompt, raw: true, maxTokens, logitBias: [{ tokenId: endOfText, bias: -100 }] },
      },
    }),
  });
  const text = await response.text();
  const count = text.match(/"__typename":"TokenGenerated"/g)?.length ?? 0;
  if (count !== maxTokens) throw new Error(`${count} tokens, not ${maxTokens}: ${text.slice(-1_000)}`);
  return count;
}

async function startProduct(): Promise<{
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
