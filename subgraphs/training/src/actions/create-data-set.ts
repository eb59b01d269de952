import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { examplesFileName } from '@fathom/neural/training/examples-file';
import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import type { Database } from '@fathom/platform/database/database';
import type { Transaction } from '@fathom/platform/database/transaction';
import type { Identity } from '@fathom/platform/identity';
import { type InvalidInput, invalid, type NotFound, type WrongState } from '@fathom/platform/refusals';
import { requireScope } from '@fathom/platform/server/scopes';
import type { DataSetProblem } from '../domain/data-set-problem.ts';
import type { DataSetFormat, LineFormat } from '../domain/example-reader.ts';
import { textProblem } from '../domain/names.ts';
import type { DataSet } from '../domain/records.ts';
import type { TrainingTask } from '../domain/training-task.ts';
import { type IngestedExamples, type Items, ingestExamples, lineItems } from '../runtime/ingest-examples.ts';
import { parquetItems } from '../runtime/parquet-items.ts';
import type { Asker, TaughtKnowledge } from '../runtime/taught-knowledge.ts';
import { timesRemoved } from '../stores/data-set-removals.ts';
import {
  dataSetsByIds,
  equalDataSet,
  insertDataSet,
  lockName,
  type NewDataSet,
} from '../stores/data-sets.ts';
import { lockArtifact } from '../stores/removals.ts';
import { type CompleteUpload, finishUpload, takeUpload, type Uploads } from './uploads.ts';

/** What fits into an operation; anything larger is uploaded. */
export const maxContentBytes = 16 * 1024 * 1024;

export interface InvalidDataSet {
  readonly __typename: 'InvalidDataSet';
  readonly message: string;
  readonly problemCount: number;
  readonly problems: readonly DataSetProblem[];
}

export interface DataSetParts {
  readonly database: Database;
  readonly artifacts: ArtifactStore;
}

export interface CreateDataSetInput {
  readonly name: string;
  readonly format: DataSetFormat;
  /** Whose fields the examples have; a language model's without it. */
  readonly task?: TrainingTask | null | undefined;
  readonly content: string;
}

/**
 * Stores examples as the next version of a name; the version of that name with equal examples, if there is one, is
 * returned as it is. Needs `training:write`.
 */
export async function createDataSet(
  parts: DataSetParts,
  identity: Identity,
  { name, format, task, content }: CreateDataSetInput,
): Promise<DataSet | InvalidDataSet | InvalidInput> {
  requireScope(identity, 'training:write');
  const problem = textProblem(name, { field: 'input.name', max: 100 }) ?? formatProblem(format, task);
  if (problem) return invalid(problem);
  if (format === 'PARQUET')
    return invalid({ field: 'input.format', message: 'PARQUET is no text: upload it (`beginUpload`)' });
  const bytes = Buffer.from(content);
  if (bytes.length > maxContentBytes) {
    return invalid({
      field: 'input.content',
      message: `has ${bytes.length} bytes, allowed are ${maxContentBytes} (16 MiB): upload it (\`beginUpload\`)`,
    });
  }
  const folder = await mkdtemp(join(tmpdir(), 'fathom-data-set-'));
  try {
    const items = lineItems(format, chunksOf(bytes), task ?? undefined);
    return await store(parts, identity, { name, items, folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface CreateDataSetFromKnowledgeInput {
  readonly name: string;
}

/**
 * The same from what people taught the platform, as it is now and as far as the asker may read it. Needs `training:write`
 * here and `deep-learning:read` there.
 */
export async function createDataSetFromKnowledge(
  parts: DataSetParts & { readonly knowledge: TaughtKnowledge },
  asker: Asker,
  { name }: CreateDataSetFromKnowledgeInput,
): Promise<DataSet | InvalidDataSet | InvalidInput> {
  requireScope(asker.identity, 'training:write');
  const problem = textProblem(name, { field: 'input.name', max: 100 });
  if (problem) return invalid(problem);
  const folder = await mkdtemp(join(tmpdir(), 'fathom-data-set-'));
  try {
    const provenance = `taught knowledge of ${new Date().toISOString()}`;
    const items = parts.knowledge.items(asker);
    return await store(parts, asker.identity, { name, items, folder, provenance });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface CreateDataSetFromUploadInput {
  readonly uploadId: string;
  readonly name: string;
  readonly format: DataSetFormat;
  readonly task?: TrainingTask | null | undefined;
}

/**
 * The same from an upload of one file. Asked again after it was done, it answers with the data set that it made; what is
 * invalid keeps its bytes, to be read as another format or abandoned. Needs `training:write`.
 */
export async function createDataSetFromUpload(
  parts: DataSetParts & { readonly uploads: Uploads },
  identity: Identity,
  input: CreateDataSetFromUploadInput,
): Promise<DataSet | InvalidDataSet | InvalidInput | NotFound | WrongState> {
  requireScope(identity, 'training:write');
  const { uploadId, name, format, task } = input;
  const problem = textProblem(name, { field: 'input.name', max: 100 }) ?? formatProblem(format, task);
  if (problem) return invalid(problem);
  // A client that lost patience asks again, and finds its file still being read.
  return parts.uploads.once(JSON.stringify([identity.tenant, uploadId, name, format, task]), () =>
    ingestUpload(parts, identity, input),
  );
}

async function ingestUpload(
  parts: DataSetParts & { readonly uploads: Uploads },
  identity: Identity,
  { uploadId, name, format, task }: CreateDataSetFromUploadInput,
): Promise<DataSet | InvalidDataSet | InvalidInput | NotFound | WrongState> {
  const taken = await takeUpload(parts.uploads, identity, uploadId);
  if (taken.kind === 'refused') return taken.refusal;
  if (taken.kind === 'taken') {
    const [dataSet] = await dataSetsByIds(parts.database, identity.tenant, [taken.takenAs]);
    return dataSet ?? invalid({ field: 'input.uploadId', message: `became ${taken.takenAs}, no data set` });
  }
  const { upload } = taken;
  const [file, ...others] = upload.files;
  if (!file || others.length > 0) {
    return invalid({
      field: 'input.uploadId',
      message: `has ${upload.files.length} files, a data set is one`,
    });
  }
  const folder = join(upload.workFolder, `data-set-${process.pid}-${Date.now()}`);
  await mkdir(folder, { recursive: true });
  try {
    const items = itemsOf(format, file, task ?? undefined);
    const stored = await store(parts, identity, { name, items, folder, upload });
    if (!('__typename' in stored)) await parts.uploads.files.remove(upload.id);
    return stored;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function formatProblem(format: DataSetFormat, task: TrainingTask | null | undefined) {
  if (format !== 'TEXT' || task == null || task === 'LANGUAGE_MODEL') return undefined;
  return {
    field: 'input.format',
    message: `TEXT has passages alone, and ${task} needs pairs: write JSONL, CSV or PARQUET`,
  };
}

const chunkBytes = 256 * 1024;

async function* chunksOf(bytes: Buffer): AsyncIterable<Buffer> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

function itemsOf(
  format: DataSetFormat,
  file: CompleteUpload['files'][number],
  task: TrainingTask | undefined,
): Items {
  if (format === 'PARQUET') return parquetItems(file.localPath, task);
  const bytes = createReadStream(file.localPath, { highWaterMark: chunkBytes, end: file.sizeBytes - 1 });
  return lineItems(format satisfies LineFormat, bytes, task);
}

interface StoreOptions {
  readonly name: string;
  readonly items: Items;
  /** For the canonical file. */
  readonly folder: string;
  readonly upload?: CompleteUpload;
  readonly provenance?: string | null;
}

async function store(
  { database, artifacts }: DataSetParts,
  identity: Identity,
  { name, items, folder, upload, provenance = null }: StoreOptions,
): Promise<DataSet | InvalidDataSet> {
  const file = join(folder, examplesFileName);
  const ingested = await ingestExamples(items, file);
  if (ingested.kind === 'invalid') {
    const { message, problemCount, problems } = ingested;
    return { __typename: 'InvalidDataSet', message, problemCount, problems };
  }
  const { uri } = await artifacts.put(file);
  const id = await database.transaction(async (tx) => {
    // Equal examples may be those of a data set that is being removed: stored again, they stay.
    await lockArtifact(tx, uri);
    await artifacts.put(file);
    const version = { name: name.trim(), uri, examples: ingested, provenance };
    const made = await addVersion(tx, identity.tenant, version);
    if (upload) await finishUpload(tx, upload.id, made);
    return made;
  });
  const [dataSet] = await dataSetsByIds(database, identity.tenant, [id]);
  return dataSet!;
}

interface NewVersion {
  readonly name: string;
  readonly uri: string;
  readonly examples: IngestedExamples;
  readonly provenance: string | null;
}

async function addVersion(
  tx: Transaction,
  tenant: string,
  { name, uri, examples, provenance }: NewVersion,
): Promise<string> {
  await lockName(tx, tenant, name);
  const equal = await equalDataSet(tx, { tenant, name, sha256: examples.sha256 });
  if (equal) return equal;
  const { sha256, sizeBytes, exampleCount, sample, statistics } = examples;
  const id = dataSetId(tenant, name, sha256, await timesRemoved(tx, { tenant, name, sha256 }));
  await addDataSet(tx, {
    id,
    tenant,
    name,
    exampleCount,
    sizeBytes,
    sha256,
    artifactUri: uri,
    sample,
    statistics,
    featureViewId: null,
    featuresAsOf: null,
    provenance,
  });
  return id;
}

/** Stores the record and announces it, once an id. */
export async function addDataSet(tx: Transaction, dataSet: NewDataSet): Promise<void> {
  const version = await insertDataSet(tx, dataSet);
  if (version === undefined) return;
  await tx.publish({
    topic: 'data-set.created',
    key: dataSet.id,
    payload: {
      dataSetId: dataSet.id,
      tenant: dataSet.tenant,
      name: dataSet.name,
      version,
      artifactUri: dataSet.artifactUri,
      sha256: dataSet.sha256,
      exampleCount: dataSet.exampleCount,
      featureViewId: dataSet.featureViewId,
    },
  });
}

/**
 * The same content under the same name of the same tenant has the same id; other tenants learn nothing by it. What was
 * removed and is stored again has another.
 */
export function dataSetId(tenant: string, name: string, sha256: string, timesRemoved = 0): string {
  const again = timesRemoved === 0 ? '' : `\u0000${timesRemoved}`;
  const key = createHash('sha256').update(`${tenant}\u0000${name}\u0000${sha256}${again}`).digest('hex');
  return `dataset_${key.slice(0, 32)}`;
}
