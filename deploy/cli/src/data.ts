/** `fathom data …`: data sets stored, listed and removed. Results go to stdout, progress and what is wrong to stderr. */
import { basename, extname } from 'node:path';
import type { FathomClient } from '@fathom/gateway/client';
import { readArguments, wantsHelp } from './arguments.ts';
import { CommandError } from './command-error.ts';
import { fromKnowledge, fromView } from './data-sources.ts';
import { type ListedDataSet, listedDataSets } from './listed-data-sets.ts';
import { withClient } from './platform-client.ts';
import { formatBytes } from './progress-line.ts';
import { removeDataSet } from './remove-data-set.ts';
import { type Created, describeRefusal, formatOf, storeDataSet } from './store-data-set.ts';

const usage = `Usage: fathom data add FILE [--name NAME] [--format FORMAT] [--task TASK] [--json]
       fathom data add --from-knowledge --name NAME [--json]
       fathom data add --from-view VIEW --name NAME --prompt TEMPLATE --completion TEMPLATE [--as-of MOMENT] [--json]
       fathom data list [--name NAME] [--json]
       fathom data remove DATA_SET --reason WHY [--json]

add    stores FILE as the next version of a data set. What breaks off is gone on with: run the same command again.
       NAME is the file's name without its ending unless given, FORMAT what the ending says: jsonl, csv, text or parquet.
       TASK says which fields an example has: language-model (prompt and completion, or text), classification (text and
       label) or embedding (anchor and positive).
       --from-knowledge takes what people taught the platform and nobody withdrew. --from-view takes the feature view VIEW as it
       was known at MOMENT (ISO 8601, now without it), in the words of the templates: "What is the capital of {name}?".
list   shows data sets, newest first; with --name the versions of one.
remove takes the examples of DATA_SET (name@version, or its id) away. Refused, with what it is, while a run, a job or a suite needs
       them. The record stays, with who removed them and why.

Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 not reachable.`;

const options = {
  name: { type: 'string' },
  format: { type: 'string' },
  task: { type: 'string' },
  'from-knowledge': { type: 'boolean' },
  'from-view': { type: 'string' },
  prompt: { type: 'string' },
  completion: { type: 'string' },
  'as-of': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

export async function dataCommand(args: readonly string[]): Promise<number> {
  if (wantsHelp(args)) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  if (args[0] === 'remove') return removeDataSet(args.slice(1), usage);
  const { values, positionals } = readArguments(args, options, usage);
  const [action, ...operands] = positionals;
  const [file] = operands;
  if (action === 'list' && file === undefined) return withClient((client) => list({ ...values, client }));
  if (action !== 'add' || operands.length > 1) throw new CommandError(usage, 2);
  const source = sourceOf(values);
  if (source !== undefined) {
    if (file !== undefined) throw new CommandError(usage, 2);
    return withClient(async (client) => told(await source.create(client), source.called, values.json));
  }
  if (file === undefined) throw new CommandError(usage, 2);
  const format = formatOf(file, values.format);
  const task = taskOf(values.task ?? 'language-model');
  const name = values.name ?? basename(file, extname(file));
  return withClient((client) => add({ client, file, name, format, task, json: values.json }));
}

const tasks: Readonly<Record<string, string>> = {
  'language-model': 'LANGUAGE_MODEL',
  classification: 'CLASSIFICATION',
  embedding: 'EMBEDDING',
};

function taskOf(said: string): string {
  const task = tasks[said.toLowerCase().replaceAll('_', '-')];
  if (task) return task;
  throw new CommandError(`"${said}" is no task: there are ${Object.keys(tasks).join(', ')}.`, 2);
}

interface AddOptions {
  readonly client: FathomClient;
  readonly file: string;
  readonly name: string;
  readonly format: string;
  readonly task: string;
  readonly json: boolean;
}

async function add({ json, ...given }: AddOptions): Promise<number> {
  return told(await storeDataSet(given), given.file, json);
}

interface Source {
  readonly called: string;
  readonly create: (client: FathomClient) => Promise<Created>;
}

/** What is no file; undefined where neither is asked for. Throws CommandError. */
function sourceOf(values: {
  readonly name?: string | undefined;
  readonly 'from-knowledge'?: boolean | undefined;
  readonly 'from-view'?: string | undefined;
  readonly prompt?: string | undefined;
  readonly completion?: string | undefined;
  readonly 'as-of'?: string | undefined;
}): Source | undefined {
  const { name, 'from-view': view, prompt, completion, 'as-of': asOf } = values;
  const isKnowledge = values['from-knowledge'] === true;
  if (!isKnowledge && view === undefined) {
    if (prompt !== undefined || completion !== undefined || asOf !== undefined)
      throw new CommandError(usage, 2);
    return undefined;
  }
  if (name === undefined || (isKnowledge && view !== undefined)) throw new CommandError(usage, 2);
  if (view === undefined)
    return { called: 'taught knowledge', create: (client) => fromKnowledge(client, name) };
  if (prompt === undefined || completion === undefined) throw new CommandError(usage, 2);
  const input = { view, name, promptTemplate: prompt, completionTemplate: completion, asOf };
  return { called: view, create: (client) => fromView(client, input) };
}

function told(created: Created, file: string, json: boolean): number {
  const { __typename, ...told } = created;
  if (json) process.stdout.write(`${JSON.stringify(__typename === 'DataSet' ? told : created)}\n`);
  if (created.__typename !== 'DataSet') {
    process.stderr.write(`${describeRefusal(file, created)}\n`);
    return 1;
  }
  if (!json) process.stdout.write(`${describe(created)}\n`);
  return 0;
}

function describe(dataSet: ListedDataSet): string {
  const { id, name, version, exampleCount, sizeBytes, sha256 } = dataSet;
  const size = sizeBytes === null ? 'not kept' : formatBytes(sizeBytes);
  return `${name}@${version}  ${id}  ${exampleCount.toLocaleString('en')} examples, ${size}, sha256 ${sha256.slice(0, 12)}`;
}

interface ListOptions {
  readonly client: FathomClient;
  readonly name?: string | undefined;
  readonly json: boolean;
}

async function list({ client, name, json }: ListOptions): Promise<number> {
  for await (const dataSet of listedDataSets(client, name))
    process.stdout.write(`${json ? JSON.stringify(dataSet) : describe(dataSet)}\n`);
  return 0;
}
