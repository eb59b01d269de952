import type { Database } from '@fathom/platform/database/database';
import type { RequestContext } from '@fathom/platform/server/request-context';
import type { AlertFeed } from './alert-feed.ts';
import type { Loaders } from './loaders.ts';

export interface Context extends RequestContext {
  readonly loaders: Loaders;
  readonly database: Database;
  readonly alertFeed: AlertFeed;
  /** The names of the services that are watched. */
  readonly services: readonly string[];
}
