// What chats of several turns gain from the prefix cache: time to the first token, tokens computed, memory.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printBound, printMachine, printTable, quantile } from '@fathom/platform/testing/bench';
import {
  defaultModel,
  type Finished,
  greedy,
  loadInto,
  openDevice,
  run,
  writeModel,
} from './engine-harness.ts';

/*
 * Eight chats side by side, six turns each, on the default model: all of them begin with the same instructions of some 150
 * tokens, and each turn brings the whole chat so far and one more question. With the product's slots for kept prompts, and
 * with none. The tokens of both runs are compared: the cache must not change what is said.
 */
const [chats, turns, maxTokens] = [8, 6, 16] as const;
const folder = await mkdtemp(join(tmpdir(), 'fathom-bench-prefix-'));
const subject = await defaultModel();
const path = await writeModel(folder, subject);
const encode = (text: string): readonly number[] => subject.model.tokenizer.encode(text);
const instructions = encode(
  'You answer in short sentences, you never guess, and you say what you rest on. '.repeat(6),
);

const [cold, warm] = [await chat(0), await chat(undefined)];
await rm(folder, { recursive: true });

printMachine();
printTable(
  ['prefix cache', 'prompt tokens', 'of them cached %', 'TTFT p50 ms', 'p95', 'device ms', 'memory MB'],
  [cold, warm].map(({ name, done, promptTokens, memoryBytes }) => {
    const first = done.map(({ firstTokenMs }) => firstTokenMs);
    const cached = done.reduce((sum, { end }) => sum + end.cachedPromptTokens, 0);
    return [
      name,
      promptTokens,
      Math.round((100 * cached) / promptTokens),
      Number(quantile(first, 0.5).toFixed(1)),
      Number(quantile(first, 0.95).toFixed(1)),
      Math.round(deviceMsOf(done)),
      Math.round(memoryBytes / 1e6),
    ];
  }),
);
process.stdout.write('\n');
const changed = cold.said.filter((text, index) => text !== warm.said[index]).length;
printBound({ name: 'answers-changed-by-the-cache', measured: changed, required: 0, direction: 'at-most' });
printBound({
  name: 'device-time-spared',
  measured: deviceMsOf(cold.done) / deviceMsOf(warm.done),
  required: 1,
  direction: 'at-least',
});

function deviceMsOf(done: readonly Finished[]): number {
  return done.reduce((sum, { end }) => sum + end.deviceMs, 0);
}

async function chat(prefixSlots: number | undefined) {
  const device = openDevice({ maxSequences: chats, ...(prefixSlots === undefined ? {} : { prefixSlots }) });
  await loadInto(device, subject.name, path);
  const done: Finished[] = [];
  const said: string[] = [];
  let promptTokens = 0;
  const one = async (which: number): Promise<void> => {
    let prompt: readonly number[] = instructions;
    for (let turn = 0; turn < turns; turn += 1) {
      prompt = [...prompt, ...encode(` Question ${which} of turn ${turn}: and then?`)];
      const tokens: number[] = [];
      const request = greedy({ id: `${which}-${turn}`, lane: subject.name, promptTokens: prompt, maxTokens });
      const finished = await run(device, { ...request, tenant: 'bench' }, (tokenId) => tokens.push(tokenId));
      promptTokens += prompt.length;
      done.push(finished);
      said[which * turns + turn] = tokens.join(' ');
      prompt = [...prompt, ...tokens];
    }
  };
  await Promise.all(Array.from({ length: chats }, (_, which) => one(which)));
  const { memoryBytes } = device.snapshot();
  await device.close();
  return { name: prefixSlots === 0 ? 'off' : 'on', done, said, promptTokens, memoryBytes };
}
