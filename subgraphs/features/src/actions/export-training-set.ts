import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkExample, examplesFileName, serializeExamples } from '@fathom/neural/training/examples-file';
import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import type { Database } from '@fathom/platform/database/database';
import { parseDateTime } from '@fathom/platform/date-time';
import type { Identity } from '@fathom/platform/identity';
import type { InvalidInput, NotFound } from '@fathom/platform/refusals';
import { requireScope } from '@fathom/platform/server/scopes';
import { parseTemplate, type Template } from '../domain/template.ts';
import { toVector } from '../domain/vectors.ts';
import type { FeatureViewRecord, TrainingSetExportRecord } from '../mappers.ts';
import { viewByName } from '../stores/definition-store.ts';
import { insertExport } from '../stores/export-store.ts';
import { everyThingAsOf } from '../stores/row-store.ts';
import { invalidInput, viewNotFound } from './results.ts';

export interface ExportInput {
  readonly view: string;
  readonly name: string;
  readonly asOf?: string | null | undefined;
  readonly promptTemplate: string;
  readonly completionTemplate: string;
}

export interface ExportParts {
  readonly database: Database;
  readonly artifacts: ArtifactStore;
}

/** Writes examples from a view as of a moment and announces them to the training service. Needs `features:write`. */
export async function exportTrainingSet(
  { database, artifacts }: ExportParts,
  identity: Identity,
  input: ExportInput,
): Promise<TrainingSetExportRecord | NotFound | InvalidInput> {
  requireScope(identity, 'features:write');
  if (input.name.trim() === '' || input.name.length > 100) {
    return invalidInput('input.name', `It has ${input.name.length} characters: 1 to 100 are allowed.`);
  }
  const asOf = input.asOf == null ? new Date() : parseDateTime(input.asOf);
  if (!asOf) return invalidInput('input.asOf', `"${input.asOf}" is not an ISO 8601 moment with an offset.`);
  const view = await viewByName(database, identity.tenant, input.view);
  if (!view) return viewNotFound(input.view);
  const names = view.features.map(({ name }) => name);
  const prompt = parseTemplate(input.promptTemplate, names);
  if (prompt.kind === 'invalid') return invalidInput('input.promptTemplate', prompt.message);
  const completion = parseTemplate(input.completionTemplate, names);
  if (completion.kind === 'invalid') return invalidInput('input.completionTemplate', completion.message);

  const folder = await mkdtemp(join(tmpdir(), 'fathom-export-'));
  try {
    const templates = { prompt: prompt.template, completion: completion.template };
    const written = await writeExamples({
      database,
      view,
      asOf,
      templates,
      file: join(folder, examplesFileName),
    });
    if (written.exampleCount === 0) {
      return invalidInput(
        'input.asOf',
        `No thing has all values that the templates need as of ${asOf.toISOString()}.`,
      );
    }
    const { uri } = await artifacts.put(folder);
    return await record({ database, view, identity, input, asOf, uri, written });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Written {
  readonly exampleCount: number;
  readonly skippedCount: number;
  readonly sha256: string;
}

interface WriteOptions {
  readonly database: Database;
  readonly view: FeatureViewRecord;
  readonly asOf: Date;
  readonly templates: { readonly prompt: Template; readonly completion: Template };
  readonly file: string;
}

async function writeExamples({ database, view, asOf, templates, file }: WriteOptions): Promise<Written> {
  const features = view.features.map(({ name }) => name);
  const options = { features, lifetimeSeconds: view.lifetimeSeconds, asOf };
  const hash = createHash('sha256');
  let exampleCount = 0;
  let skippedCount = 0;
  const handle = await open(file, 'w');
  try {
    for await (const row of everyThingAsOf(database, view.id, asOf)) {
      const isPresent = toVector(row.entityKey, row, options).status === 'PRESENT';
      const prompt = isPresent ? templates.prompt.render(row.entityKey, row.values) : undefined;
      const completion = isPresent ? templates.completion.render(row.entityKey, row.values) : undefined;
      const example = checkExample({ prompt, completion });
      if ('problem' in example) {
        skippedCount += 1;
        continue;
      }
      const line = serializeExamples([example]);
      hash.update(line);
      await handle.appendFile(line);
      exampleCount += 1;
    }
  } finally {
    await handle.close();
  }
  return { exampleCount, skippedCount, sha256: hash.digest('hex') };
}

interface RecordOptions {
  readonly database: Database;
  readonly view: FeatureViewRecord;
  readonly identity: Identity;
  readonly input: ExportInput;
  readonly asOf: Date;
  readonly uri: string;
  readonly written: Written;
}

function record({
  database,
  view,
  identity,
  input,
  asOf,
  uri,
  written,
}: RecordOptions): Promise<TrainingSetExportRecord> {
  return database.transaction(async (tx) => {
    const made = await insertExport(tx, {
      id: randomUUID(),
      viewId: view.id,
      dataSetId: randomUUID(),
      name: input.name,
      asOf,
      ...written,
      artifactUri: uri,
    });
    await tx.publish({
      topic: 'training-set.exported',
      key: made.id,
      payload: {
        exportId: made.id,
        dataSetId: made.dataSetId,
        featureViewId: view.id,
        name: made.name,
        asOf: made.asOf,
        artifactUri: uri,
        sha256: written.sha256,
        exampleCount: written.exampleCount,
        tenant: identity.tenant,
      },
    });
    return made;
  });
}
