// A GPU held to the processor: the same tokens from the default model and its export, and tokens/s (`-- device webgpu`, `-- device cuda:0`).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportModel } from '@fathom/neural/export/export-model';
import { createDeviceDecoder } from '@fathom/neural/serving/device-decoder';
import { encodePrompt } from '@fathom/neural/tokenizers/chat-template';
import { printBound, printMachine, printTable } from '@fathom/platform/testing/bench';
import type { Device } from '../src/devices/device.ts';
import { discoverDevices } from '../src/devices/discover-devices.ts';
import { parseDeviceList } from '../src/domain/device-list.ts';
import type { EngineDevice } from '../src/engine/engine-device.ts';
import {
  type BenchModel,
  defaultModel,
  generatedModel,
  greedy,
  loadInto,
  openDevice,
  run,
  writeModel,
} from './engine-harness.ts';

/*
 * Whoever has a GPU verifies it with this. The engine runs on the processor and on the device with the product's settings
 * and answers the same prompts, one after another and all at once; the device does so from the model's safetensors, and from
 * its ONNX export, whose cache passes through the graph until it is edited. Attention on CUDA is in half precision, where a
 * near tie may fall the other way: there 99% of the tokens must be the same, elsewhere all.
 */
const questions = [
  'What is the capital of France?',
  'What is the chemical symbol of gold?',
  'Which continent is Japan in?',
  'What is the atomic number of iron?',
  'What currency is used in Mexico?',
  'What is the capital of Norway?',
  'Who lives on the moon?',
  'What is the capital of Kenya?',
];
const tokensEach = 24;

const [list = 'webgpu', which = 'default'] = process.argv.slice(2);

async function find(): Promise<Device> {
  const parsed = parseDeviceList(list);
  if (parsed.kind === 'invalid') throw new Error(`${parsed.problem}.`);
  const { devices, unavailable } = await discoverDevices(parsed.devices, { threads: 1 });
  for (const { id, reason } of unavailable) throw new Error(`${id} cannot be used. ${reason}`);
  return devices[0] as Device;
}

interface Measured {
  readonly tokens: readonly (readonly number[])[];
  readonly singleRate: number;
  readonly togetherRate: number;
}

async function measure(
  device: EngineDevice,
  folder: string,
  prompts: readonly number[][],
): Promise<Measured> {
  await loadInto(device, 'model', folder);
  const ask = async (number: number, round: string): Promise<readonly number[]> => {
    const tokens: number[] = [];
    const promptTokens = prompts[number] as number[];
    const request = greedy({ id: `${round}-${number}`, lane: 'model', promptTokens, maxTokens: tokensEach });
    await run(device, request, (token) => tokens.push(token));
    return tokens;
  };
  // The first answer compiles what the device runs.
  await ask(0, 'warm');
  let startedAt = performance.now();
  const single = await ask(0, 'single');
  const singleRate = (single.length / (performance.now() - startedAt)) * 1_000;
  startedAt = performance.now();
  const tokens = await Promise.all(prompts.map((_, number) => ask(number, 'together')));
  const togetherRate = (tokens.flat().length / (performance.now() - startedAt)) * 1_000;
  await device.close();
  return { tokens, singleRate, togetherRate };
}

/** Whether the provider computes the whole graph, or leaves operators to the processor and copies for them. */
async function operatorsLeft(device: Device, { model }: BenchModel): Promise<string> {
  const { config, weights } = model;
  const options = { config, weights, maxSlots: 1, capacity: 64, precision: 'fp32', threads: 1 } as const;
  try {
    const decoder = await createDeviceDecoder({
      ...options,
      provider: device.provider,
      isWhollyOnDevice: true,
    });
    await decoder.release();
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
}

const device = await find().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  return process.exit(1);
});
const folder = await mkdtemp(join(tmpdir(), 'fathom-bench-device-'));
const shipped = await defaultModel();
const model = which === 'generated' ? generatedModel(shipped.model) : shipped;
const path = await writeModel(folder, model);
const prompts = questions.map((content) =>
  encodePrompt({ ...shipped.model, messages: [{ role: 'user', content }] }),
);
const exported = join(folder, 'exported');
await exportModel(exported, model.model, { layout: 'hugging-face', precisions: ['fp32'] });
const onProcessor = await measure(openDevice(), path, prompts);
const onDevice = await measure(openDevice({ device }), path, prompts);
const fromExport = await measure(openDevice({ device }), exported, prompts);

/** The share of the processor's tokens that these are. */
function sameShare({ tokens }: Measured): number {
  const all = onProcessor.tokens.flatMap((own, at) => own.map((token, i) => token === tokens[at]?.[i]));
  return all.filter(Boolean).length / all.length;
}

printMachine();
process.stdout.write(
  `${device.id}: ${device.name}, ${Math.round((device.memory.limitBytes ?? 0) / 2 ** 20)} MiB for models; ` +
    `${model.name}; operators left to the processor: ${await operatorsLeft(device, model)}\n`,
);
printTable(
  ['tokens/s', '1 stream', `${prompts.length} streams`],
  [
    ['processor', Math.round(onProcessor.singleRate), Math.round(onProcessor.togetherRate)],
    [device.id, Math.round(onDevice.singleRate), Math.round(onDevice.togetherRate)],
    [`${device.id}, ONNX export`, Math.round(fromExport.singleRate), Math.round(fromExport.togetherRate)],
  ],
);
for (const [name, measured] of [
  [`${device.id}-tokens-as-on-the-processor`, onDevice],
  [`${device.id}-export-tokens-as-on-the-processor`, fromExport],
] as const)
  printBound({
    name,
    measured: sameShare(measured),
    required: device.kind === 'CUDA' ? 0.99 : 1,
    direction: 'at-least',
  });
await rm(folder, { recursive: true });
