import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { FathomClient } from '@fathom/gateway/client';
import { readOperation } from '@fathom/schema/operations';
import { readArguments, wantsHelp } from '../arguments.ts';
import { CommandError } from '../command-error.ts';
import { accepted, withClient } from '../platform-client.ts';
import { requireRun } from '../runs/show-run.ts';
import { watchRun } from '../runs/watch-run.ts';
import { type Created, describeRefusal, formatOf, storeDataSet } from '../store-data-set.ts';
import { readConfigFile, type TrainConfig } from './config-file.ts';

const usage = `Usage: fathom train --config FILE [--json] [--detach]
       fathom train --resume RUN [--json] [--detach]

Starts a training run from a YAML file, or goes on with one, and shows it until it ends. Ctrl-C leaves it running.
FILE has the fields of StartTrainingRunInput, and \`dataSet: { file: examples.jsonl }\` where the examples are a file.

  --json      a JSON object a line
  --detach    print the run's id and leave

Exit codes: 0 completed or paused, 1 failed, cancelled or refused, 2 wrong usage, 3 not reachable, 130 left by Ctrl-C.`;

export async function trainCommand(args: readonly string[]): Promise<number> {
  if (wantsHelp(args)) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const { values, positionals } = readArguments(
    args,
    {
      config: { type: 'string' },
      resume: { type: 'string' },
      json: { type: 'boolean' },
      detach: { type: 'boolean' },
    },
    usage,
  );
  const { config: file, resume, json = false, detach = false } = values;
  if (positionals.length > 0 || (file === undefined) === (resume === undefined))
    throw new CommandError(usage, 2);
  const config = file === undefined ? undefined : readConfigFile(file);
  return withClient(async (client) => {
    const id = config ? await start(client, config, dirname(file!)) : await goOn(client, resume!);
    if (detach) process.stdout.write(json ? `${JSON.stringify({ id })}\n` : `${id}\n`);
    else if (!json) process.stderr.write(`${id}\n`);
    return detach ? 0 : watchRun(client, id, { json });
  });
}

async function start(client: FathomClient, { input, dataSet }: TrainConfig, folder: string): Promise<string> {
  const stored = dataSet
    ? {
        dataSetId: await store(
          client,
          { ...dataSet, task: String(input['task'] ?? 'LANGUAGE_MODEL') },
          folder,
        ),
      }
    : {};
  const { startTrainingRun } = await client.request<
    { readonly startTrainingRun: { readonly __typename: 'TrainingRun'; readonly id: string } },
    { readonly input: object }
  >(readOperation('start-run'), { input: { ...input, ...stored } });
  return accepted(startTrainingRun, 'TrainingRun').id;
}

/** What surely fits into an operation; anything larger is uploaded. */
const maxInlineBytes = 256 * 1024;

/** The path is meant from where the config lies. Equal content is the same data set, so this may be repeated. */
async function store(
  client: FathomClient,
  { file, name: given, task }: NonNullable<TrainConfig['dataSet']> & { readonly task: string },
  folder: string,
): Promise<string> {
  const path = resolve(folder, file);
  const format = formatOf(path);
  const { size } = await stat(path).catch((error: unknown) => {
    throw new CommandError(`The data set ${path} cannot be read: ${(error as Error).message}`, 2, error);
  });
  const name = given === file ? basename(path) : given;
  const created =
    size > maxInlineBytes || format === 'PARQUET'
      ? await storeDataSet({ client, file: path, name, format, task })
      : await createInline(client, { name, format, task, content: await readFile(path, 'utf8') });
  if (created.__typename !== 'DataSet') throw new CommandError(describeRefusal(path, created), 1);
  return created.id;
}

async function createInline(client: FathomClient, input: object): Promise<Created> {
  const { createDataSet } = await client.request<
    { readonly createDataSet: Created },
    { readonly input: object }
  >(readOperation('create-data-set'), { input });
  return createDataSet;
}

/** A run that rests goes on from its last checkpoint; one that is under way or completed is only shown. */
async function goOn(client: FathomClient, id: string): Promise<string> {
  const { status } = await requireRun(client, id);
  if (!['PAUSED', 'CANCELLED', 'FAILED'].includes(status)) return id;
  const { changed } = await client.request<
    { readonly changed: { readonly __typename: 'TrainingRun'; readonly id: string } },
    { readonly id: string }
  >(readOperation('resume-run'), { id });
  return accepted(changed, 'TrainingRun').id;
}
