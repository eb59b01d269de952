import type { RequestContext } from '@fathom/platform/server/request-context';
import type { Retrieval } from './actions/retrieve.ts';
import type { Loaders } from './loaders.ts';

export interface Context extends RequestContext {
  readonly loaders: Loaders;
  readonly retrieval: Retrieval;
}
