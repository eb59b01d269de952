/** A file of examples to a data set of the platform, however large: uploaded, checked, stored. */
import { basename, extname } from 'node:path';
import { type FathomClient, FathomError } from '@fathom/gateway/client';
import { readOperation } from '@fathom/schema/operations';
import { CommandError } from './command-error.ts';
import { readConnection } from './connection.ts';
import { createProgressLine, type ProgressLine } from './progress-line.ts';
import { uploadFiles } from './upload-files.ts';

export interface DataSet {
  readonly __typename: 'DataSet';
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly exampleCount: number;
  readonly sizeBytes: number | null;
  readonly sha256: string;
}

interface Problem {
  readonly line: number;
  readonly code: string;
  readonly message: string;
  readonly byteOffset: number | null;
}

export type Created =
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

const formats: Readonly<Record<string, string>> = {
  jsonl: 'JSONL',
  ndjson: 'JSONL',
  csv: 'CSV',
  txt: 'TEXT',
  text: 'TEXT',
  parquet: 'PARQUET',
};

/** By what is said, else by the file's ending. Throws CommandError. */
export function formatOf(file: string, said?: string): string {
  const ending = extname(file).slice(1);
  const format = formats[(said ?? ending).toLowerCase()];
  if (format) return format;
  throw new CommandError(
    `"${said ?? (ending || file)}" is no format of a data set: there are jsonl, csv, text and parquet.`,
    2,
  );
}

export interface StoreDataSetOptions {
  readonly client: FathomClient;
  readonly file: string;
  readonly name: string;
  readonly format: string;
  /** Of the schema's `TrainingTask`s, the one whose fields the examples have. */
  readonly task: string;
}

/** What is wrong with the file is an answer, not an error; its bytes are gone then. */
export async function storeDataSet({
  client,
  file,
  name,
  format,
  task,
}: StoreDataSetOptions): Promise<Created> {
  const progress = createProgressLine(process.stderr);
  const uploadId = await uploadFiles({
    client,
    connection: readConnection(process.env),
    files: [{ localPath: file, path: basename(file) }],
    onProgress: ({ phase, doneBytes, totalBytes }) => progress.show(phase, doneBytes, totalBytes),
    onRetry: createRetryReport(progress),
  });
  progress.say('checking …');
  const created = await createFromUpload(client, { uploadId, name, format, task });
  // A corrected file is another file: nobody will go on with this one.
  if (created.__typename === 'InvalidDataSet')
    await client.request(readOperation('abandon-upload'), { id: uploadId });
  return created;
}

/** As compilers name places. */
export function describeRefusal(file: string, created: Exclude<Created, DataSet>): string {
  if (created.__typename !== 'InvalidDataSet') return created.message;
  const { problems, problemCount, message } = created;
  const more = problemCount - problems.length;
  return [
    ...problems.map((problem) => `${file}:${problem.line}: ${problem.message} (${problem.code})`),
    ...(more > 0 ? [`… and ${more.toLocaleString('en')} more`] : []),
    message,
  ].join('\n');
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
      if (error.code === 'SUBGRAPH_TIMEOUT') continue;
      lostSinceMs ??= performance.now();
      if (performance.now() - lostSinceMs > patienceMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
