/** `fathom classify`: which label of a trained classifier each text has. */
import { readOperation } from '@fathom/schema/operations';
import { readArguments, wantsHelp } from '../arguments.ts';
import { CommandError } from '../command-error.ts';
import { withClient } from '../platform-client.ts';
import { givenTexts, inBatches } from './given-texts.ts';
import { readBy } from './refused-model.ts';

export const classifyUsage = `Usage: fathom classify --model MODEL [TEXT ...] [--top N] [--json]

Prints the likeliest label of each TEXT with its score, 0 to 1, and the text; with --top the N likeliest. Without TEXT the lines
of standard input are read. MODEL is a classifier by its name, name@alias or name@number: \`fathom models list\` shows them.

Exit codes: 0 done, 1 failed or refused, 2 wrong usage, 3 not reachable.`;

interface Classification {
  readonly label: string;
  readonly score: number;
  readonly scores: readonly { readonly label: string; readonly score: number }[];
}

interface Classifications {
  readonly __typename: 'Classifications';
  readonly modelVersion: { readonly id: string };
  readonly classifications: readonly Classification[];
}

interface Classified extends Classification {
  readonly text: string;
}

export async function classifyCommand(args: readonly string[]): Promise<number> {
  if (wantsHelp(args)) {
    process.stdout.write(`${classifyUsage}\n`);
    return 0;
  }
  const { values, positionals } = readArguments(
    args,
    { model: { type: 'string' }, top: { type: 'string' }, json: { type: 'boolean' } },
    classifyUsage,
  );
  const { model, top = '1' } = values;
  const topLabels = Number(top);
  if (model === undefined || !Number.isInteger(topLabels) || topLabels < 1)
    throw new CommandError(classifyUsage, 2);
  const texts = await givenTexts(positionals, classifyUsage);
  return withClient(async (client) => {
    const found: Classified[] = [];
    let modelVersion = '';
    for (const batch of inBatches(texts)) {
      const { classify } = await client.request<
        { readonly classify: Classifications },
        { readonly input: object }
      >(readOperation('classify'), { input: { texts: batch, model, topLabels } });
      const { classifications, modelVersion: version } = readBy<Classifications>(classify, 'Classifications');
      modelVersion = version.id;
      const classified = classifications.map(({ label, score, scores }, at) => ({
        text: batch[at] ?? '',
        label,
        score,
        scores: scores.map((one) => ({ label: one.label, score: one.score })),
      }));
      if (!values.json) for (const one of classified) process.stdout.write(`${lineOf(one)}\n`);
      found.push(...classified);
    }
    if (values.json) process.stdout.write(`${JSON.stringify({ modelVersion, classifications: found })}\n`);
    else process.stderr.write(`— ${modelVersion}\n`);
    return 0;
  });
}

function lineOf({ text, scores }: Classified): string {
  const labels = scores.map(({ label, score }) => `${label}  ${score.toFixed(3)}`).join('  ');
  return `${labels}  ${text}`;
}
