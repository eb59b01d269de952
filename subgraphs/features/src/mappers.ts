/** What the resolvers' parents really are, where they are not what the schema says. */
import type { FeatureDefinition } from './domain/feature-values.ts';

export interface FeatureEntityRecord {
  readonly id: string;
  readonly name: string;
  readonly description: string;
}

export interface FeatureViewRecord {
  readonly id: string;
  readonly name: string;
  readonly entityId: string;
  readonly description: string;
  readonly features: readonly FeatureDefinition[];
  readonly lifetimeSeconds: number | null;
  readonly rowCount: number;
  readonly newestRowAt: Date | null;
  readonly createdAt: Date;
}

export interface TrainingSetExportRecord {
  readonly id: string;
  readonly viewId: string;
  readonly dataSetId: string;
  readonly name: string;
  readonly asOf: Date;
  readonly exampleCount: number;
  readonly skippedCount: number;
  readonly createdAt: Date;
}
