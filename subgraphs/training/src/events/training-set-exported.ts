import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { examplesFileName } from '@fathom/neural/training/examples-file';
import type { Broker, Subscription } from '@fathom/platform/broker/broker';
import { readEvent } from '@fathom/platform/broker/read-event';
import { applyOnce } from '@fathom/platform/database/inbox';
import { z } from 'zod';
import { addDataSet } from '../actions/create-data-set.ts';
import { describeExamples } from '../runtime/ingest-examples.ts';
import { type ConsumerParts, mayMendItself } from './consumer.ts';

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
  { database, artifacts, logger }: ConsumerParts,
): Promise<Subscription> {
  async function readExport(artifactUri: string) {
    const folder = await mkdtemp(join(tmpdir(), 'fathom-export-'));
    try {
      const file = join(await artifacts.fetch(artifactUri), examplesFileName);
      const { sample, statistics } = await describeExamples(file, folder);
      return { sample, statistics, sizeBytes: (await stat(file)).size };
    } catch (error) {
      if (mayMendItself(error)) throw error;
      logger.error(
        { err: error, artifactUri },
        'an exported training set is missing or damaged and is passed over',
      );
      return undefined;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  return broker.subscribe({
    topics: ['training-set.exported'],
    group: consumer,
    handle: async (message) => {
      const event = readEvent(trainingSetExported, message, logger);
      const content = event && (await readExport(event.artifactUri));
      if (!event || !content) return;
      await applyOnce(database, { consumer, messageId: message.id }, (tx) =>
        addDataSet(tx, {
          id: event.dataSetId,
          tenant: event.tenant,
          name: event.name,
          exampleCount: event.exampleCount,
          ...content,
          sha256: event.sha256,
          artifactUri: event.artifactUri,
          featureViewId: event.featureViewId,
          featuresAsOf: event.asOf,
          provenance: `exported from feature view ${event.featureViewId}, as of ${event.asOf.toISOString()}`,
        }),
      );
    },
  });
}
