import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import type { Database } from '@fathom/platform/database/database';
import type { RequestContext } from '@fathom/platform/server/request-context';
import type { Loaders } from './loaders.ts';

export interface Context extends RequestContext {
  readonly loaders: Loaders;
  readonly database: Database;
  readonly artifacts: ArtifactStore;
}
