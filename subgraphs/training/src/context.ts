import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import type { RequestContext } from '@fathom/platform/server/request-context';
import type { StoppableRuns } from './actions/change-training-run.ts';
import type { Evaluations } from './actions/evaluate-model-version.ts';
import type { Uploads } from './actions/uploads.ts';
import type { Loaders } from './loaders.ts';
import type { DataSetFiles } from './runtime/data-set-files.ts';
import type { ModelChecker } from './runtime/model-checker.ts';
import type { TaughtKnowledge } from './runtime/taught-knowledge.ts';
import type { VersionUses } from './runtime/version-uses.ts';

/** What the service's actions work with. */
export interface Training {
  readonly runs: StoppableRuns;
  readonly artifacts: ArtifactStore;
  readonly uploads: Uploads;
  readonly dataSetFiles: DataSetFiles;
  readonly knowledge: TaughtKnowledge;
  readonly models: ModelChecker;
  readonly evaluations: Evaluations;
  readonly versionUses: VersionUses;
}

export interface Context extends RequestContext {
  readonly loaders: Loaders;
  readonly training: Training;
}
