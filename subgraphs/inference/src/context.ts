import type { RequestContext } from '@fathom/platform/server/request-context';
import type { Loaders } from './loaders.ts';
import type { InferenceService } from './service.ts';

export interface Context extends RequestContext {
  readonly loaders: Loaders;
  readonly inference: InferenceService;
}
