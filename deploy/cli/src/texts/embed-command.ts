/** `fathom embed`: the vectors of texts. */
import { readOperation } from '@fathom/schema/operations';
import { readArguments, wantsHelp } from '../arguments.ts';
import { withClient } from '../platform-client.ts';
import { givenTexts, inBatches } from './given-texts.ts';
import { readBy } from './refused-model.ts';

export const embedUsage = `Usage: fathom embed [--model MODEL] [TEXT ...] [--json]

Prints the vector of each TEXT as a line of JSON. Without TEXT the lines of standard input are read. MODEL is a trained encoder
by its name, name@alias or name@number; without it the platform's own makes the vectors.

Exit codes: 0 done, 1 failed or refused, 2 wrong usage, 3 not reachable.`;

interface Encoder {
  readonly id: string;
  readonly dimensions: number;
}

interface Embeddings {
  readonly __typename: 'Embeddings';
  readonly encoder: Encoder;
  readonly embeddings: readonly { readonly vector: readonly number[] }[];
}

export async function embedCommand(args: readonly string[]): Promise<number> {
  if (wantsHelp(args)) {
    process.stdout.write(`${embedUsage}\n`);
    return 0;
  }
  const { values, positionals } = readArguments(
    args,
    { model: { type: 'string' }, json: { type: 'boolean' } },
    embedUsage,
  );
  const texts = await givenTexts(positionals, embedUsage);
  const { model } = values;
  return withClient(async (client) => {
    const found: { readonly text: string; readonly vector: readonly number[] }[] = [];
    let encoder: Encoder | undefined;
    for (const batch of inBatches(texts)) {
      const { embed } = await client.request<{ readonly embed: Embeddings }, { readonly input: object }>(
        readOperation('embed'),
        { input: { texts: batch, ...(model === undefined ? {} : { model }) } },
      );
      const { embeddings, ...answer } = readBy<Embeddings>(embed, 'Embeddings');
      encoder = answer.encoder;
      const embedded = embeddings.map(({ vector }, at) => ({ text: batch[at] ?? '', vector }));
      if (!values.json)
        for (const { vector } of embedded) process.stdout.write(`${JSON.stringify(vector)}\n`);
      found.push(...embedded);
    }
    if (values.json) process.stdout.write(`${JSON.stringify({ encoder, embeddings: found })}\n`);
    else process.stderr.write(`— ${encoder?.id}, ${encoder?.dimensions} dimensions\n`);
    return 0;
  });
}
