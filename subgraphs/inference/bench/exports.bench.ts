// Whether @huggingface/transformers, given the default model's exports, says and computes what the engine does.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportModel } from '@fathom/neural/export/export-model';
import { loadModelFolder } from '@fathom/neural/models/model-folder';
import { openModel } from '@fathom/neural/serving/open-model';
import { type Precision, precisions } from '@fathom/neural/serving/weight-product';
import { encodePrompt } from '@fathom/neural/tokenizers/chat-template';
import { repositoryRoot } from '@fathom/platform/repository';
import { printBound, printMachine, printTable } from '@fathom/platform/testing/bench';
import { installPeer, runPeer } from './peer-folder.ts';
import { version } from './transformers-peer.ts';

/*
 * The default model is exported in fp32, int8 and int4. The library loads the folder as it would one from the hub, renders
 * its chat template, generates greedily, and gives the logits after the prompt; the engine does the same from the
 * safetensors. Compared are the prompts' ids, the answers, and the largest difference of a logit as a share of the spread.
 */
const maxTokens = 32;
const questions = ['France', 'Peru', 'Japan', 'Kenya', 'Norway', 'Chile', 'India', 'Egypt'].flatMap(
  (country) => [`What is the capital of ${country}?`, `Which currency is used in ${country}?`],
);
/** As the library names them. */
const dtypes: Readonly<Record<Precision, string>> = { fp32: 'fp32', int8: 'int8', int4: 'q4' };
const logitBounds: Readonly<Record<Precision, number>> = { fp32: 1e-4, int8: 0.02, int4: 0.005 };

interface Said {
  readonly prompt: readonly number[];
  readonly answer: readonly number[];
  readonly logits: readonly number[];
}

const script = `
import { AutoModelForCausalLM, AutoTokenizer, env } from '@huggingface/transformers';
let text = '';
for await (const data of process.stdin) text += data;
const task = JSON.parse(text);
env.allowRemoteModels = false;
env.localModelPath = task.modelsFolder;
const tokenizer = await AutoTokenizer.from_pretrained('model');
const model = await AutoModelForCausalLM.from_pretrained('model', { dtype: task.dtype, device: 'cpu' });
const said = [];
for (const content of task.questions) {
  const inputs = tokenizer.apply_chat_template([{ role: 'user', content }], { add_generation_prompt: true, return_dict: true });
  const { logits } = await model(inputs);
  const output = await model.generate({ ...inputs, max_new_tokens: task.maxTokens, do_sample: false });
  const ids = output.tolist()[0].map(Number);
  const [, length, size] = logits.dims;
  said.push({ prompt: ids.slice(0, length), answer: ids.slice(length), logits: Array.from(logits.data.slice(-size)) });
}
// A pipe takes it bit by bit.
process.stdout.write('result ' + JSON.stringify(said), () => process.exit(0));
`;

const folder = await mkdtemp(join(tmpdir(), 'fathom-bench-exports-'));
const shipped = join(repositoryRoot(), 'subgraphs', 'training', 'models', 'fathom-facts');
await exportModel(join(folder, 'model'), await loadModelFolder(shipped), {
  layout: 'hugging-face',
  precisions,
});

printMachine();
const peer = installPeer('@huggingface/transformers', version);
if (peer.kind === 'unavailable') {
  process.stdout.write(`@huggingface/transformers ${version} is not there: ${peer.because}\n`);
  process.exit(1);
}
const rows = [];
for (const precision of precisions) {
  const theirs = askPeer(peer.folder, precision);
  const ours = await askEngine(precision);
  const samePrompts = theirs.every(({ prompt }, at) => prompt.join() === ours[at]?.prompt.join());
  const sameAnswers = theirs.filter(({ answer }, at) => answer.join() === ours[at]?.answer.join()).length;
  const off = Math.max(...theirs.map(({ logits }, at) => shareOff(ours[at]?.logits ?? [], logits)));
  rows.push({ precision, samePrompts, answers: sameAnswers / questions.length, off });
}
await rm(folder, { recursive: true });

printTable(
  [
    `${questions.length} questions`,
    'same prompts',
    'same answers %',
    'largest logit difference, % of spread',
  ],
  rows.map(({ precision, samePrompts, answers, off }) => [
    precision,
    samePrompts ? 'yes' : 'no',
    Math.round(100 * answers),
    Number((100 * off).toPrecision(2)),
  ]),
);
process.stdout.write('\n');
for (const { precision, answers, off } of rows) {
  printBound({
    name: `transformers-same-answers-${precision}`,
    measured: answers,
    required: 1,
    direction: 'at-least',
  });
  const required = logitBounds[precision];
  printBound({ name: `transformers-logits-off-${precision}`, measured: off, required, direction: 'at-most' });
}

function askPeer(peerFolder: string, precision: Precision): readonly Said[] {
  const input = { modelsFolder: folder, dtype: dtypes[precision], questions, maxTokens };
  const { stdout, stderr } = runPeer(peerFolder, { script, input });
  const result = stdout?.split('result ')[1];
  if (result === undefined) throw new Error(`the peer failed: ${stderr}`);
  return JSON.parse(result) as readonly Said[];
}

async function askEngine(precision: Precision): Promise<readonly Said[]> {
  const options = { maxSlots: 1, maxContextLength: 256, threads: 1 };
  const { decoder, tokenizer, chatTemplate, stopTokenIds } = await openModel({
    ...options,
    folder: shipped,
    precision,
  });
  const said: Said[] = [];
  for (const content of questions) {
    const prompt = encodePrompt({ tokenizer, chatTemplate, messages: [{ role: 'user', content }] });
    const logits = [...(await decoder.prefill({ slot: 0, tokens: prompt, startPosition: 0 }))];
    const answer = [likeliest(logits)];
    // The end token is part of what the library generates.
    while (!stopTokenIds.has(answer.at(-1) ?? 0) && answer.length < maxTokens) {
      const length = prompt.length + answer.length - 1;
      const next = await decoder.decode({ slots: [0], tokens: [answer.at(-1) ?? 0], lengths: [length] });
      answer.push(likeliest([...next]));
    }
    said.push({ prompt, answer, logits });
  }
  await decoder.release();
  return said;
}

function likeliest(logits: readonly number[]): number {
  return logits.reduce((best, value, at) => (value > (logits[best] ?? 0) ? at : best), 0);
}

function shareOff(a: readonly number[], b: readonly number[]): number {
  const spread = Math.max(...a) - Math.min(...a);
  return a.reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] ?? Number.NaN))), 0) / spread;
}
