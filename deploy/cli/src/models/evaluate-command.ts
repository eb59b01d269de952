/** `fathom models evaluate`: a registered version measured on a suite or a data set. */
import type { FathomClient } from '@fathom/gateway/client';
import { readOperation } from '@fathom/schema/operations';
import { readArguments } from '../arguments.ts';
import { CommandError } from '../command-error.ts';
import { accepted, withClient } from '../platform-client.ts';
import { evaluationFigures, type ShownEvaluation } from '../runs/evaluation-figures.ts';

export const evaluateUsage = `Usage: fathom models evaluate VERSION (--suite SUITE_ID | --data-set DATA_SET_ID) [--json]

Measures VERSION (name@number) on a suite by its rule, or on a data set by all that its task is measured by, and waits for it.
The evaluation stays with the version; \`fathom promote VERSION --evaluation ID\` rests on it.`;

interface EvaluationRun {
  readonly id: string;
  readonly status: 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED';
  readonly detail: string | null;
  readonly failureCode: string | null;
  readonly evaluation: (ShownEvaluation & { readonly id: string }) | null;
}

export function evaluateCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(
    args,
    { suite: { type: 'string' }, 'data-set': { type: 'string' }, json: { type: 'boolean' } },
    evaluateUsage,
  );
  const [versionId, ...more] = positionals;
  const { suite, 'data-set': dataSet } = values;
  if (versionId === undefined || more.length > 0 || (suite === undefined) === (dataSet === undefined))
    throw new CommandError(evaluateUsage, 2);
  const input = { versionId, ...(suite ? { suiteId: suite } : { dataSetId: dataSet }) };
  return withClient(async (client) => {
    const { evaluateModelVersion } = await client.request<
      { readonly evaluateModelVersion: { readonly __typename: 'EvaluationRun'; readonly id: string } },
      { readonly input: object }
    >(readOperation('evaluate-version'), { input });
    const run = await untilOver(client, accepted(evaluateModelVersion, 'EvaluationRun').id);
    if (values.json) process.stdout.write(`${JSON.stringify(run)}\n`);
    if (run.evaluation === null) {
      process.stderr.write(`${run.detail ?? run.status} (${run.failureCode ?? run.status})\n`);
      return 1;
    }
    const { suite: name, exampleCount, id } = run.evaluation;
    const text = `${name}: ${evaluationFigures(run.evaluation)} on ${exampleCount.toLocaleString('en')} examples  ${id}`;
    if (!values.json) process.stdout.write(`${text}\n`);
    return 0;
  });
}

const pauseMs = 500;

async function untilOver(client: FathomClient, id: string): Promise<EvaluationRun> {
  for (;;) {
    const { evaluationRun } = await client.request<
      { readonly evaluationRun: EvaluationRun | null },
      { readonly id: string }
    >(readOperation('evaluation-run'), { id });
    if (!evaluationRun) throw new CommandError(`There is no evaluation run ${id}.`, 1);
    if (evaluationRun.status === 'COMPLETED' || evaluationRun.status === 'FAILED') return evaluationRun;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
