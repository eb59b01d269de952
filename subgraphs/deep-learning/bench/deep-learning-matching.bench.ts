// How many paraphrases and near-misses of taught questions are answered, at every bound of confidence.
import { readFileSync } from 'node:fs';
import { printBound, printMachine, printTable } from '@fathom/platform/testing/bench';
import { confidenceBound, judge } from '../src/domain/match-knowledge.ts';
import { openSentenceEncoder } from '../src/runtime/sentence-encoder.ts';

interface Taught {
  readonly question: string;
  readonly answer: string;
  readonly paraphrases: readonly string[];
  readonly nearMisses: readonly string[];
}

const { taught } = JSON.parse(readFileSync(new URL('./paraphrases.json', import.meta.url), 'utf8')) as {
  readonly taught: readonly Taught[];
};

const encoder = await openSentenceEncoder();
const judged: { readonly isParaphrase: boolean; readonly similarity: number; readonly sure: number }[] = [];
for (const { question, answer, paraphrases, nearMisses } of taught) {
  const [own, ...others] = await encoder.embed([question, ...paraphrases, ...nearMisses]);
  for (const [index, text] of [...paraphrases, ...nearMisses].entries()) {
    const similarity = (own as Float32Array).reduce(
      (sum, value, at) => sum + value * (others[index]?.[at] ?? 0),
      0,
    );
    const { isVerified, confidence } = judge(text, {
      knowledgeId: question,
      wording: question,
      context: [answer],
      similarity,
    });
    judged.push({ isParaphrase: index < paraphrases.length, similarity, sure: isVerified ? confidence : 0 });
  }
}
await encoder.close();

const share = (isParaphrase: boolean, passes: (item: (typeof judged)[number]) => boolean) => {
  const all = judged.filter((item) => item.isParaphrase === isParaphrase);
  return all.filter(passes).length / all.length;
};
const percent = (value: number) => Number((100 * value).toFixed(1));

printMachine();
const bounds = [0.5, 0.55, 0.6, confidenceBound, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9];
printTable(
  ['bound', 'paraphrases %', 'near-misses %', 'cosine alone: paraphrases %', 'near-misses %'],
  bounds.map((bound) => [
    bound,
    percent(share(true, ({ sure }) => sure >= bound)),
    percent(share(false, ({ sure }) => sure >= bound)),
    percent(share(true, ({ similarity }) => similarity >= bound)),
    percent(share(false, ({ similarity }) => similarity >= bound)),
  ]),
);
printBound({
  name: 'paraphrases-answered',
  measured: share(true, ({ sure }) => sure >= confidenceBound),
  required: 0.85,
  direction: 'at-least',
});
printBound({
  name: 'near-misses-answered',
  measured: share(false, ({ sure }) => sure >= confidenceBound),
  required: 0,
  direction: 'at-most',
});
