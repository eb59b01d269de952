import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@fathom/platform/repository';

/** A service's SDL as it is written, for tests that compose it with others. */
export function serviceSdl(service: string): string {
  return readFileSync(join(repositoryRoot(), 'schema', 'subgraphs', `${service}.graphql`), 'utf8');
}
