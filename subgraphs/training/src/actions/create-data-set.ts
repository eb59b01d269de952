import { createHash } from 'node:crypto';
import { storeExamples } from '@fathom/neural/training/store-examples';
import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import type { Database, Transaction } from '@fathom/platform/database/database';
import type { Identity } from '@fathom/platform/identity';
import { type InvalidInput, invalid } from '@fathom/platform/refusals';
import { requireScope } from '@fathom/platform/server/scopes';
import { type DataSetFormat, maxContentBytes, parseDataSet } from '../domain/data-set-content.ts';
import { textProblem } from '../domain/names.ts';
import { type DataSet, sampleSize } from '../domain/records.ts';
import { dataSetsByIds, insertDataSet, type NewDataSet } from '../stores/data-sets.ts';

export interface InvalidDataSet {
  readonly __typename: 'InvalidDataSet';
  readonly message: string;
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

export interface CreateDataSetInput {
  readonly name: string;
  readonly format: DataSetFormat;
  readonly content: string;
}

/** Stores examples; the tenant's data set of equal examples, if there is one, is returned as it is. Needs `training:write`. */
export async function createDataSet(
  { database, artifacts }: { readonly database: Database; readonly artifacts: ArtifactStore },
  identity: Identity,
  { name, format, content }: CreateDataSetInput,
): Promise<DataSet | InvalidDataSet | InvalidInput> {
  requireScope(identity, 'training:write');
  const problem = textProblem(name, { field: 'input.name', max: 100 });
  if (problem) return invalid(problem);
  const bytes = Buffer.byteLength(content);
  if (bytes > maxContentBytes) {
    return invalid({
      field: 'input.content',
      message: `has ${bytes} bytes, allowed are ${maxContentBytes} (16 MiB)`,
    });
  }
  const parsed = parseDataSet(content, format);
  if (parsed.kind === 'invalid') {
    return { __typename: 'InvalidDataSet', message: parsed.message, problems: parsed.problems };
  }
  const stored = await storeExamples(artifacts, parsed.examples);
  const id = dataSetId(identity.tenant, stored.sha256);
  await database.transaction(async (tx) => {
    await addDataSet(tx, {
      ...stored,
      sample: parsed.examples.slice(0, sampleSize),
      id,
      tenant: identity.tenant,
      name: name.trim(),
      featureViewId: null,
      featuresAsOf: null,
      provenance: null,
    });
  });
  const [dataSet] = await dataSetsByIds(database, identity.tenant, [id]);
  return dataSet!;
}

/** Stores the record and announces it, once an id. */
export async function addDataSet(tx: Transaction, dataSet: NewDataSet): Promise<void> {
  if (!(await insertDataSet(tx, dataSet))) return;
  await tx.publish({
    topic: 'data-set.created',
    key: dataSet.id,
    payload: {
      dataSetId: dataSet.id,
      tenant: dataSet.tenant,
      name: dataSet.name,
      artifactUri: dataSet.artifactUri,
      sha256: dataSet.sha256,
      exampleCount: dataSet.exampleCount,
      featureViewId: dataSet.featureViewId,
    },
  });
}

/** The same content of the same tenant has the same id; other tenants learn nothing by it. */
export function dataSetId(tenant: string, sha256: string): string {
  return `dataset_${createHash('sha256').update(`${tenant}\u0000${sha256}`).digest('hex').slice(0, 32)}`;
}
