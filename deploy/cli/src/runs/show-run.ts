import type { FathomClient } from '@fathom/gateway/client';
import { readOperation } from '@fathom/schema/operations';
import { CommandError } from '../command-error.ts';
import { evaluationFigures, type ShownEvaluation } from './evaluation-figures.ts';
import { bytesText } from './progress-lines.ts';

export interface ShownRun {
  readonly id: string;
  readonly status: string;
  readonly detail: string | null;
  readonly failureCode: string | null;
  readonly stopReason: string | null;
  readonly attempt: number;
  readonly task: string;
  readonly retryOf: { readonly id: string } | null;
  readonly model: { readonly name: string };
  readonly dataSet: { readonly id: string; readonly name: string } | null;
  readonly initialVersion: { readonly id: string } | null;
  readonly modelVersion: { readonly id: string; readonly aliases: readonly string[] } | null;
  readonly config: string;
  readonly codeVersion: string | null;
  readonly seed: number;
  readonly step: number;
  readonly totalSteps: number;
  readonly tokensSeen: number;
  readonly parameterCount: number | null;
  readonly loss: number | null;
  readonly startedBy: string;
  readonly createdAt: string;
  readonly finishedAt: string | null;
  readonly checkpoints: readonly { readonly step: number; readonly sizeBytes: number }[];
  readonly evaluations: readonly ShownEvaluation[];
  readonly history: readonly { readonly to: string; readonly detail: string | null; readonly at: string }[];
}

export async function requireRun(client: FathomClient, id: string): Promise<ShownRun> {
  const { trainingRun } = await client.request<
    { readonly trainingRun: ShownRun | null },
    { readonly id: string }
  >(readOperation('show-run'), { id });
  if (!trainingRun) throw new CommandError(`There is no training run ${id}.`, 1);
  return trainingRun;
}

export function describeRun(run: ShownRun): string {
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    ['run', run.retryOf ? `${run.id}, repeats ${run.retryOf.id}` : run.id],
    ['status', run.detail ? `${run.status}: ${run.detail}` : run.status],
    ['failure', run.failureCode],
    ['stopped', run.stopReason],
    ['task', run.task],
    ['model', run.initialVersion ? `${run.model.name}, from ${run.initialVersion.id}` : run.model.name],
    ['version', run.modelVersion && [run.modelVersion.id, ...run.modelVersion.aliases].join(', ')],
    ['data set', run.dataSet && `${run.dataSet.name} (${run.dataSet.id})`],
    ['steps', `${run.step}/${run.totalSteps}, attempt ${run.attempt}`],
    ['tokens', run.tokensSeen.toLocaleString('en')],
    ['parameters', run.parameterCount?.toLocaleString('en')],
    ['loss', run.loss?.toFixed(4)],
    ['seed', String(run.seed)],
    ['code', run.codeVersion],
    ['started', `${run.createdAt} by ${run.startedBy}`],
    ['finished', run.finishedAt],
    [
      'checkpoints',
      run.checkpoints.map(({ step, sizeBytes }) => `${step} (${bytesText(sizeBytes)})`).join(', '),
    ],
    ...run.evaluations.map((evaluation): readonly [string, string] => [
      evaluation.suite,
      `${evaluationFigures(evaluation)} on ${evaluation.exampleCount} examples`,
    ]),
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  const lines = facts.flatMap(([name, value]) => (value ? [`${name.padEnd(width)}  ${value}`] : []));
  const history = run.history.map(({ at, to, detail }) => `  ${at}  ${to}${detail ? `: ${detail}` : ''}`);
  return `${[...lines, '', ...history].join('\n')}\n`;
}

/** 0 for a completed run, 1 for one that failed or was given up. */
export function exitCodeOf({ status }: Pick<ShownRun, 'status'>): number {
  return status === 'FAILED' || status === 'CANCELLED' ? 1 : 0;
}
