import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { examplesFileName, parseExamplesJsonl } from '@fathom/neural/training/examples-file';
import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import type { Broker, Subscription } from '@fathom/platform/broker/broker';
import type { Database } from '@fathom/platform/database/database';
import { applyOnce } from '@fathom/platform/database/inbox';
import { z } from 'zod';
import { addDataSet } from '../actions/create-data-set.ts';
import { sampleSize } from '../domain/records.ts';

const consumer = 'training.training-sets';

const trainingSetExported = z.object({
  dataSetId: z.string(),
  tenant: z.string(),
  featureViewId: z.string(),
  name: z.string(),
  asOf: z.coerce.date(),
  artifactUri: z.string(),
  sha256: z.string(),
  exampleCount: z.number().int(),
});

/** A training set that features exported becomes a data set under the id that features gave it. */
export function consumeTrainingSets(
  broker: Broker,
  { database, artifacts }: { readonly database: Database; readonly artifacts: ArtifactStore },
): Promise<Subscription> {
  return broker.subscribe({
    topics: ['training-set.exported'],
    group: consumer,
    handle: async (message) => {
      const event = trainingSetExported.parse(message.payload);
      const text = await readFile(join(await artifacts.fetch(event.artifactUri), examplesFileName), 'utf8');
      const { examples } = parseExamplesJsonl(text);
      await applyOnce(database, { consumer, messageId: message.id }, (tx) =>
        addDataSet(tx, {
          id: event.dataSetId,
          tenant: event.tenant,
          name: event.name,
          exampleCount: event.exampleCount,
          sizeBytes: Buffer.byteLength(text),
          sha256: event.sha256,
          artifactUri: event.artifactUri,
          sample: examples.slice(0, sampleSize),
          featureViewId: event.featureViewId,
          featuresAsOf: event.asOf,
          provenance: `exported from feature view ${event.featureViewId}, as of ${event.asOf.toISOString()}`,
        }),
      );
    },
  });
}
