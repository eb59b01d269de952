/**
 * The peer: @huggingface/transformers on the ONNX file, in a process of its own, from a folder of its own
 * (`peer-folder.ts`).
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPeer } from './peer-folder.ts';

export const version = '4.3.1';

export type PeerResult =
  | { readonly kind: 'measured'; readonly tokensPerSecond: ReadonlyMap<number, number> }
  | { readonly kind: 'unavailable'; readonly because: string };

export interface PeerTask {
  /** The folder above the model's, and the model's name in it. */
  readonly modelsFolder: string;
  readonly model: string;
  /** Which of its files. */
  readonly precision: 'fp32' | 'int8';
  readonly prompts: readonly (readonly number[])[];
  readonly maxTokens: number;
  readonly threads: number;
  readonly concurrencies: readonly number[];
  readonly rounds: number;
}

/**
 * Median tokens a second of all prompts, so many `generate()` at once. Several at once say fewer tokens, sixteen 8 each: they
 * hold each other up so much that all of them took minutes.
 */
export async function measureTransformers(task: PeerTask): Promise<PeerResult> {
  const peer = installPeer('@huggingface/transformers', version);
  if (peer.kind === 'unavailable') return peer;
  const { folder } = peer;
  writeFileSync(join(folder, 'measure.mjs'), script);
  const output = await outputOf(folder, JSON.stringify(task));
  const line = output.stdout.split('\n').find((text) => text.startsWith('result '));
  if (line === undefined) return { kind: 'unavailable', because: output.stderr.slice(-500) };
  const rates = JSON.parse(line.slice('result '.length)) as [number, number][];
  return { kind: 'measured', tokensPerSecond: new Map(rates) };
}

function outputOf(
  folder: string,
  input: string,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['measure.mjs'], { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
    const [stdout, stderr]: [string[], string[]] = [[], []];
    child.stdout.on('data', (data) => stdout.push(String(data)));
    child.stderr.on('data', (data) => stderr.push(String(data)));
    child.on('close', () => resolve({ stdout: stdout.join(''), stderr: stderr.join('') }));
    child.stdin.end(input);
  });
}

const script = `
import { AutoModelForCausalLM, env, Tensor } from '@huggingface/transformers';
const task = JSON.parse(await new Promise((resolve) => {
  let text = '';
  process.stdin.on('data', (data) => (text += data)).on('end', () => resolve(text));
}));
env.allowRemoteModels = false;
env.localModelPath = task.modelsFolder;
const options = { intraOpNumThreads: task.threads, interOpNumThreads: 1 };
const model = await AutoModelForCausalLM.from_pretrained(task.model, { dtype: task.precision, device: 'cpu', session_options: options });
async function complete(prompt, maxTokens = task.maxTokens) {
  const shape = [1, prompt.length];
  const ids = new Tensor('int64', BigInt64Array.from(prompt, BigInt), shape);
  const attention_mask = new Tensor('int64', new BigInt64Array(prompt.length).fill(1n), shape);
  const limit = { max_new_tokens: maxTokens, min_new_tokens: maxTokens, do_sample: false };
  const output = await model.generate({ inputs: ids, attention_mask, ...limit });
  return output.dims[1] - prompt.length;
}
async function all(concurrency) {
  const left = [...task.prompts];
  let tokens = 0;
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: concurrency }, async () => {
    for (let next = left.shift(); next; next = left.shift()) tokens += await complete(next, Math.ceil(task.maxTokens / concurrency));
  }));
  return (1000 * tokens) / (performance.now() - startedAt);
}
await complete(task.prompts[0]);
const rates = task.concurrencies.map((concurrency) => [concurrency, []]);
for (let round = 0; round < task.rounds; round++)
  for (const [concurrency, samples] of rates) samples.push(await all(concurrency));
const median = (samples) => samples.sort((a, b) => a - b)[Math.floor(samples.length / 2)];
console.log('result ' + JSON.stringify(rates.map(([concurrency, samples]) => [concurrency, median(samples)])));
process.exit(0);
`;
