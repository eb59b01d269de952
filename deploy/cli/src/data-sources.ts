/** Data sets that are no file: what people taught the platform, and a feature view as it was at a moment. */
import type { FathomClient } from '@fathom/gateway/client';
import { readOperation } from '@fathom/schema/operations';
import { CommandError } from './command-error.ts';
import { accepted } from './platform-client.ts';
import type { Created, DataSet } from './store-data-set.ts';

export async function fromKnowledge(client: FathomClient, name: string): Promise<Created> {
  const { createDataSetFromKnowledge } = await client.request<
    { readonly createDataSetFromKnowledge: Created },
    { readonly input: object }
  >(readOperation('create-data-set-from-knowledge'), { input: { name } });
  return createDataSetFromKnowledge;
}

export interface ViewExport {
  readonly view: string;
  readonly name: string;
  readonly promptTemplate: string;
  readonly completionTemplate: string;
  /** ISO 8601; now when left out. */
  readonly asOf?: string | undefined;
}

interface Exported {
  readonly __typename: 'TrainingSetExport';
  readonly asOf: string;
  readonly skippedCount: number;
  readonly dataSet: { readonly id: string };
}

const pauseMs = 250;
const patienceMs = 60_000;

/** The feature store writes it, and the training service makes a data set of it when it hears of it. */
export async function fromView(client: FathomClient, input: ViewExport): Promise<Created> {
  const { exportTrainingSet } = await client.request<
    { readonly exportTrainingSet: Exported },
    { readonly input: object }
  >(readOperation('export-training-set'), { input });
  const { dataSet, asOf, skippedCount } = accepted(exportTrainingSet, 'TrainingSetExport');
  const left = skippedCount === 0 ? '' : `; ${skippedCount.toLocaleString('en')} things were left out`;
  process.stderr.write(`${input.view} as of ${asOf}${left}\n`);
  for (const since = performance.now(); performance.now() - since < patienceMs; ) {
    const found = await client.request<
      { readonly dataSet: Omit<DataSet, '__typename'> | null },
      { readonly id: string }
    >(readOperation('data-set'), { id: dataSet.id });
    if (found.dataSet) return { __typename: 'DataSet', ...found.dataSet };
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  throw new CommandError(
    `The export is written; its data set ${dataSet.id} is not there yet. Ask for it later.`,
    1,
  );
}
