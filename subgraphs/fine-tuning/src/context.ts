import type { RequestContext } from '@fathom/platform/server/request-context';
import type { Jobs } from './actions/jobs.ts';
import type { Loaders } from './loaders.ts';

export interface Context extends RequestContext {
  readonly loaders: Loaders;
  readonly jobs: Jobs;
}
