import type { FathomClient } from '@fathom/gateway/client';
import { readOperation } from '@fathom/schema/operations';
import { readArguments, wantsHelp } from '../arguments.ts';
import { CommandError } from '../command-error.ts';
import { accepted, withClient } from '../platform-client.ts';
import { compareRuns } from './compare-runs.ts';
import { describeRun, requireRun } from './show-run.ts';
import { table } from './table.ts';
import { watchRun } from './watch-run.ts';

const usage = `Usage: fathom runs [list] [--status STATUS] [--first N]
       fathom runs show RUN
       fathom runs watch RUN          follow it until it rests; Ctrl-C leaves it running
       fathom runs pause RUN          save its state and free its worker
       fathom runs resume RUN         go on from its last checkpoint
       fathom runs cancel RUN
       fathom runs retry RUN          a new run of the same start
       fathom runs compare RUN RUN …  configs, curves and results side by side

--json prints JSON. Exit codes: 0 done, 1 refused or the run failed, 2 wrong usage, 3 not reachable, 130 left.`;

interface Given {
  readonly json: boolean;
  readonly status: string | undefined;
  readonly first: number;
}

type Action = (client: FathomClient, ids: readonly string[], given: Given) => Promise<number>;

const actions: Readonly<Record<string, { readonly ids: [min: number, max: number]; readonly run: Action }>> =
  {
    list: { ids: [0, 0], run: list },
    show: { ids: [1, 1], run: show },
    watch: { ids: [1, 1], run: (client, [id], { json }) => watchRun(client, id!, { json }) },
    pause: { ids: [1, 1], run: change('pause-run') },
    resume: { ids: [1, 1], run: change('resume-run') },
    cancel: { ids: [1, 1], run: change('cancel-run') },
    retry: { ids: [1, 1], run: change('retry-run') },
    compare: { ids: [2, 10], run: (client, ids, { json }) => compareRuns(client, ids, { json }) },
  };

export async function runsCommand(args: readonly string[]): Promise<number> {
  if (wantsHelp(args)) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const { values, positionals } = readArguments(
    args,
    { json: { type: 'boolean' }, status: { type: 'string' }, first: { type: 'string' } },
    usage,
  );
  const [name = 'list', ...ids] = positionals;
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (!action) throw new CommandError(`There is no command "runs ${name}".\n\n${usage}`, 2);
  const [min, max] = action.ids;
  if (ids.length < min || ids.length > max) throw new CommandError(usage, 2);
  const first = Number(values.first ?? 20);
  if (!Number.isInteger(first))
    throw new CommandError(`--first is not a number: ${values.first}\n\n${usage}`, 2);
  const given = { json: values.json ?? false, status: values.status?.toUpperCase(), first };
  return withClient((client) => action.run(client, ids, given));
}

interface ListedRun {
  readonly id: string;
  readonly status: string;
  readonly model: { readonly name: string };
  readonly step: number;
  readonly totalSteps: number;
  readonly loss: number | null;
  readonly createdAt: string;
  readonly modelVersion: { readonly id: string } | null;
}

async function list(
  client: FathomClient,
  _: readonly string[],
  { json, status, first }: Given,
): Promise<number> {
  const { trainingRuns } = await client.request<
    { readonly trainingRuns: { readonly edges: readonly { readonly node: ListedRun }[] } },
    { readonly first: number; readonly status: string | null }
  >(readOperation('list-runs'), { first, status: status ?? null });
  const runs = trainingRuns.edges.map(({ node }) => node);
  if (json) process.stdout.write(`${JSON.stringify(runs)}\n`);
  else {
    const rows = runs.map((run) => [
      run.id,
      run.status,
      run.modelVersion?.id ?? run.model.name,
      `${run.step}/${run.totalSteps}`,
      run.loss?.toFixed(4) ?? '-',
      run.createdAt,
    ]);
    process.stdout.write(table(['run', 'status', 'model', 'step', 'loss', 'started'], rows));
  }
  return 0;
}

async function show(client: FathomClient, [id]: readonly string[], { json }: Given): Promise<number> {
  const run = await requireRun(client, id!);
  process.stdout.write(json ? `${JSON.stringify(run)}\n` : describeRun(run));
  return 0;
}

interface Changed {
  readonly __typename: 'TrainingRun';
  readonly id: string;
  readonly status: string;
  readonly detail: string | null;
}

function change(operation: string): Action {
  return async (client, [id], { json }) => {
    const { changed } = await client.request<{ readonly changed: Changed }, { readonly id: string }>(
      readOperation(operation),
      { id: id! },
    );
    const run = accepted(changed, 'TrainingRun');
    process.stdout.write(
      json ? `${JSON.stringify(run)}\n` : `${run.id}  ${run.status}: ${run.detail ?? ''}\n`,
    );
    return 0;
  };
}
