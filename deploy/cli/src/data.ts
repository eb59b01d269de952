/** `fathom data add FILE` and `fathom data list`. Results go to stdout, progress and what is wrong to stderr. */
import { basename, extname } from 'node:path';
import { type FathomClient, FathomError } from '@fathom/gateway/client';
import { readOperation } from '@fathom/schema/operations';
import { readArguments, wantsHelp } from './arguments.ts';
import { CommandError } from './command-error.ts';
import { readConnection } from './connection.ts';
import { withClient } from './platform-client.ts';
import { createProgressLine, formatBytes, type ProgressLine } from './progress-line.ts';
import { uploadFiles } from './upload-files.ts';

const dataUsage = `Usage: fathom data add FILE [--name NAME] [--format FORMAT] [--json]
       fathom data list [--name NAME] [--json]

add    stores FILE as the next version of a data set. What breaks off is gone on with: run the same command again.
       NAME is the file's name without its ending unless given, FORMAT what the ending says: jsonl, csv, text or parquet.
list   shows data sets, newest first; with --name the versions of one.

Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 not reachable.`;

const formats: Readonly<Record<string, string>> = {
  jsonl: 'JSONL',
  ndjson: 'JSONL',
  csv: 'CSV',
  txt: 'TEXT',
  text: 'TEXT',
  parquet: 'PARQUET',
};

export async function dataCommand(args: readonly string[]): Promise<number> {
  if (wantsHelp(args)) {
    process.stdout.write(`${dataUsage}\n`);
    return 0;
  }
  const { values, positionals } = readArguments(args, dataOptions, dataUsage);
  const [action, ...operands] = positionals;
  const [file] = operands;
  if (action === 'add' && file !== undefined && operands.length === 1)
    return withClient((client) => add({ ...values, client, file }));
  if (action === 'list' && file === undefined) return withClient((client) => list({ ...values, client }));
  throw new CommandError(dataUsage, 2);
}

const dataOptions = {
  name: { type: 'string' },
  format: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

interface DataSet {
  readonly __typename: 'DataSet';
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly exampleCount: number;
  readonly sizeBytes: number | null;
  readonly sha256: string;
  readonly createdAt?: string;
}

interface Problem {
  readonly line: number;
  readonly code: string;
  readonly message: string;
  readonly byteOffset: number | null;
}

type Created =
  | DataSet
  | {
      readonly __typename: 'InvalidDataSet';
      readonly message: string;
      readonly problemCount: number;
      readonly problems: readonly Problem[];
    }
  | {
      readonly __typename: 'InvalidInput' | 'NotFound' | 'WrongState';
      readonly message: string;
      readonly field?: string;
    };

interface AddOptions {
  readonly client: FathomClient;
  readonly file: string;
  readonly name?: string | undefined;
  readonly format?: string | undefined;
  readonly json: boolean;
}

async function add({ client, file, json, ...given }: AddOptions): Promise<number> {
  const ending = extname(file).slice(1).toLowerCase();
  const format = formats[(given.format ?? ending).toLowerCase()];
  if (!format) {
    const said = given.format ?? (ending || 'no ending');
    throw new CommandError(`"${said}" is no format: give --format jsonl, csv, text or parquet.`, 2);
  }
  const progress = createProgressLine(process.stderr);
  const uploadId = await uploadFiles({
    client,
    connection: readConnection(process.env),
    files: [{ localPath: file, path: basename(file) }],
    onProgress: ({ phase, doneBytes, totalBytes }) => progress.show(phase, doneBytes, totalBytes),
    onRetry: createRetryReport(progress),
  });
  progress.say('checking …');
  const name = given.name ?? basename(file, extname(file));
  const created = await createFromUpload(client, { uploadId, name, format });
  progress.end();
  if (created.__typename !== 'DataSet') return refuse({ client, created, uploadId, file, json });
  process.stdout.write(`${json ? JSON.stringify(withoutType(created)) : describe(created)}\n`);
  return 0;
}

/** Says why once, not before each attempt. */
function createRetryReport(progress: ProgressLine): (reason: string) => void {
  let said = '';
  return (reason) => {
    if (reason !== said) progress.say(`${reason} Going on as soon as it can be …`);
    said = reason;
  };
}

const patienceMs = 30_000;

/** Checking a large file may take longer than a request may: asked again, the platform goes on or answers with what it made. */
async function createFromUpload(client: FathomClient, input: object): Promise<Created> {
  let lostSinceMs: number | undefined;
  for (;;) {
    try {
      const { createDataSetFromUpload } = await client.request<
        { createDataSetFromUpload: Created },
        { input: object }
      >(readOperation('create-data-set-from-upload'), { input });
      return createDataSetFromUpload;
    } catch (error) {
      if (!(error instanceof FathomError) || !error.retryable || error.code === 'STORAGE_FULL') throw error;
      if (error.code !== 'SUBGRAPH_TIMEOUT') {
        lostSinceMs ??= performance.now();
        if (performance.now() - lostSinceMs > patienceMs) throw error;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }
}

interface Refused {
  readonly client: FathomClient;
  readonly created: Exclude<Created, DataSet>;
  readonly uploadId: string;
  readonly file: string;
  readonly json: boolean;
}

async function refuse({ client, created, uploadId, file, json }: Refused): Promise<number> {
  if (json) process.stdout.write(`${JSON.stringify(created)}\n`);
  if (created.__typename === 'InvalidDataSet') {
    for (const { line, code, message } of created.problems)
      process.stderr.write(`${file}:${line}: ${message} (${code})\n`);
    const more = created.problemCount - created.problems.length;
    if (more > 0) process.stderr.write(`… and ${more.toLocaleString('en')} more\n`);
    // A corrected file is another file: nobody will go on with this one.
    await client.request(readOperation('abandon-upload'), { id: uploadId });
  }
  process.stderr.write(`${created.message}\n`);
  return 1;
}

const withoutType = ({ __typename, ...rest }: DataSet) => rest;

function describe({ id, name, version, exampleCount, sizeBytes, sha256 }: DataSet): string {
  const size = sizeBytes === null ? 'not kept' : formatBytes(sizeBytes);
  return `${name}@${version}  ${id}  ${exampleCount.toLocaleString('en')} examples, ${size}, sha256 ${sha256.slice(0, 12)}`;
}

interface Page {
  readonly dataSets: {
    readonly edges: readonly { readonly node: DataSet }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

interface ListOptions {
  readonly client: FathomClient;
  readonly name?: string | undefined;
  readonly json: boolean;
}

async function list({ client, name, json }: ListOptions): Promise<number> {
  let after: string | null = null;
  for (;;) {
    const { dataSets }: Page = await client.request<Page, Record<string, unknown>>(
      readOperation('list-data-sets'),
      {
        first: 100,
        after,
        name: name ?? null,
      },
    );
    for (const { node } of dataSets.edges)
      process.stdout.write(`${json ? JSON.stringify(node) : describe(node)}\n`);
    if (!dataSets.pageInfo.hasNextPage) return 0;
    after = dataSets.pageInfo.endCursor;
  }
}
