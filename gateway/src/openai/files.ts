/**
 * `/v1/files`: a file for fine-tuning is a data set of the graph, made of an upload. Its id is `file-<data set>`; what is
 * wrong with it is said at once, line by line, not when a job comes to read it.
 */

import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { raise } from '../errors.ts';
import { readBytes } from '../http/read-json.ts';
import type { UploadRelay } from '../uploads/upload-relay.ts';
import { toExamples } from './chat-examples.ts';
import { type GraphAccess, refusalOf } from './graph-access.ts';

export interface OpenAiFile {
  readonly id: string;
  readonly object: 'file';
  readonly bytes: number;
  readonly created_at: number;
  readonly filename: string;
  readonly purpose: 'fine-tune';
  readonly status: 'processed';
}

export interface DataSet {
  readonly id: string;
  readonly name: string;
  readonly exampleCount: number;
  readonly sizeBytes: number | null;
  readonly createdAt?: string;
  readonly removal?: object | null;
}

export interface FileUpload {
  readonly graph: GraphAccess;
  readonly uploads: UploadRelay;
  readonly request: IncomingMessage;
  readonly timeoutMs: number;
}

const prefix = 'file-';
/** Of the form around the file. */
const formBytes = 64 * 1024;
/** Each is held in memory, once or twice. */
const maxAtOnce = 4;
let atOnce = 0;

export const fileIdOf = (dataSetId: string): string => `${prefix}${dataSetId}`;

/** Throws NOT_FOUND for what is no id of a file. */
export function dataSetIdOf(fileId: string, param: string | null = null): string {
  if (fileId.startsWith(prefix)) return fileId.slice(prefix.length);
  throw raise('NOT_FOUND', { because: `no file ${JSON.stringify(fileId)}`, details: { param } });
}

/** Throws AppError, also for what is wrong with the file. */
export async function createFile(upload: FileUpload): Promise<OpenAiFile> {
  if (atOnce >= maxAtOnce)
    throw raise('TOO_MANY_OPERATIONS', {
      because: `${maxAtOnce} files at once`,
      details: { retryAfterMs: 1_000 },
    });
  atOnce += 1;
  try {
    const { name, bytes } = await readFile(upload);
    const dataSet = await store(upload, name, bytes);
    return fileOf({ createdAt: new Date().toISOString(), ...dataSet });
  } finally {
    atOnce -= 1;
  }
}

async function readFile({ request, uploads, timeoutMs }: FileUpload) {
  const contentType = request.headers['content-type'] ?? '';
  if (!contentType.startsWith('multipart/form-data'))
    throw raise('BAD_REQUEST', { because: 'send multipart/form-data with `file` and `purpose`' });
  const maxBytes = uploads.maxChunkBytes + formBytes;
  const body = await readBytes(request, { maxBytes, timeoutMs });
  let form: FormData;
  try {
    form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  } catch (cause) {
    throw raise('BAD_USER_INPUT', { because: 'the form cannot be read', cause });
  }
  if (form.get('purpose') !== 'fine-tune')
    throw raise('BAD_USER_INPUT', { because: '`purpose` must be fine-tune', details: { param: 'purpose' } });
  const file = form.get('file');
  if (file === null || typeof file === 'string' || file.size === 0)
    throw raise('BAD_USER_INPUT', { because: '`file` is missing or empty', details: { param: 'file' } });
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
  } catch (cause) {
    throw raise('BAD_USER_INPUT', { because: 'the file is not UTF-8', details: { param: 'file' }, cause });
  }
  return { name: file.name.slice(0, 100) || 'file.jsonl', bytes: Buffer.from(toExamples(text)) };
}

interface BeginData {
  readonly beginUpload:
    | { readonly __typename: 'Upload'; readonly id: string; readonly files: readonly UploadTarget[] }
    | { readonly __typename: 'InvalidInput'; readonly message: string; readonly field: string };
}

interface UploadTarget {
  readonly url: string;
  readonly receivedBytes: number;
}

interface CreateData {
  readonly createDataSetFromUpload:
    | ({ readonly __typename: 'DataSet' } & DataSet)
    | {
        readonly __typename: 'InvalidDataSet' | 'InvalidInput' | 'NotFound' | 'WrongState';
        readonly message: string;
        readonly problems?: readonly { readonly line: number; readonly message: string }[];
      };
}

async function store({ graph, uploads }: FileUpload, name: string, bytes: Buffer): Promise<DataSet> {
  const file = {
    path: 'examples.jsonl',
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  const { beginUpload } = await graph.call<BeginData>('BeginUpload', { input: { files: [file] } });
  if (beginUpload.__typename !== 'Upload') throw refusalOf(beginUpload, 'file');
  const [target] = beginUpload.files;
  // The same bytes may have been sent before, by a client that lost the answer.
  if (target && target.receivedBytes < bytes.length)
    await uploads.put(
      `${target.url}?offset=${target.receivedBytes}`,
      bytes.subarray(target.receivedBytes),
      graph.context(),
    );
  const input = { uploadId: beginUpload.id, name, format: 'JSONL' };
  const { createDataSetFromUpload: made } = await graph.call<CreateData>('CreateDataSetFromUpload', {
    input,
  });
  if (made.__typename === 'DataSet') return made;
  const problems = ('problems' in made ? (made.problems ?? []) : [])
    .slice(0, 5)
    .map(({ line, message }) => `line ${line}: ${message}`);
  throw refusalOf({ ...made, message: [made.message, ...problems].join(' ') }, 'file');
}

/** The graph keeps the record of what was removed; here it is no file any more. */
export async function findDataSet(graph: GraphAccess, id: string): Promise<DataSet | undefined> {
  const { dataSet } = await graph.call<{ dataSet: DataSet | null }>('ShowDataSet', { id });
  return dataSet && !dataSet.removal ? dataSet : undefined;
}

interface RemoveData {
  readonly removed:
    | { readonly __typename: 'DataSet' }
    | { readonly __typename: 'DataSetInUse' | 'InvalidInput' | 'NotFound'; readonly message: string };
}

/** Its examples go; what learned from them keeps saying so. Throws FILE_IN_USE while something needs them. */
export async function deleteFile(graph: GraphAccess, fileId: string): Promise<object> {
  const dataSet = await findDataSet(graph, dataSetIdOf(fileId));
  if (!dataSet) throw raise('NOT_FOUND', { because: `no file ${JSON.stringify(fileId)}` });
  const input = { dataSetId: dataSet.id, reason: `DELETE /v1/files/${fileId}` };
  const { removed } = await graph.call<RemoveData>('RemoveDataSet', { input });
  if (removed.__typename !== 'DataSet') throw refusalOf(removed, 'file_id');
  return { id: fileId, object: 'file', deleted: true };
}

export async function retrieveFile(graph: GraphAccess, fileId: string): Promise<OpenAiFile> {
  const dataSet = await findDataSet(graph, dataSetIdOf(fileId));
  if (!dataSet) throw raise('NOT_FOUND', { because: `no file ${JSON.stringify(fileId)}` });
  return fileOf(dataSet);
}

export interface FileDownload {
  readonly graph: GraphAccess;
  readonly uploads: UploadRelay;
  readonly response: ServerResponse;
}

/** Its examples as the platform holds them, a line of JSON each; as they come from the service that has them. */
export async function sendFileContent(
  { graph, uploads, response }: FileDownload,
  fileId: string,
): Promise<void> {
  const dataSet = await findDataSet(graph, dataSetIdOf(fileId));
  if (!dataSet) throw raise('NOT_FOUND', { because: `no file ${JSON.stringify(fileId)}` });
  const { headers, body } = await uploads.get('training', `/data-sets/${dataSet.id}`, graph.context());
  for (const name of ['content-type', 'content-length', 'etag']) {
    const value = headers[name];
    if (value !== undefined) response.setHeader(name, value);
  }
  response.writeHead(200, {
    'cache-control': 'no-store',
    'content-disposition': `attachment; filename="${dataSet.id}.jsonl"`,
  });
  // Either that ends early ends the other: a client sees a body that was cut off, a service a client that left.
  await pipeline(body, response).catch(() => {});
}

interface ListData {
  readonly dataSets: {
    readonly edges: readonly { readonly node: DataSet }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

/** A page behind the file `after`, newest first. */
export async function listFiles(graph: GraphAccess, query: URLSearchParams): Promise<object> {
  const { items, hasMore } = await graph.pageBehind<DataSet>({
    limit: query.get('limit'),
    after: query.get('after') === null ? undefined : dataSetIdOf(query.get('after') ?? '', 'after'),
    async page(first, after) {
      const { dataSets } = await graph.call<ListData>('ListDataSets', { first, after });
      return { items: dataSets.edges.map(({ node }) => node), ...dataSets.pageInfo };
    },
  });
  const data = items.map(fileOf);
  return {
    object: 'list',
    data,
    has_more: hasMore,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
}

function fileOf({ id, name, sizeBytes, createdAt }: DataSet): OpenAiFile {
  return {
    id: fileIdOf(id),
    object: 'file',
    bytes: sizeBytes ?? 0,
    created_at: Math.floor(new Date(createdAt ?? 0).getTime() / 1000),
    filename: name,
    purpose: 'fine-tune',
    status: 'processed',
  };
}
