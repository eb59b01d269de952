/**
 * The content of data sets over HTTP, for what is too large for pages of examples:
 *
 *     GET /data-sets/<id>   -> 200, its examples in canonical form, a line of JSON each; etag: their SHA-256
 */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Database } from '@fathom/platform/database/database';
import { raisePlatform } from '@fathom/platform/errors';
import type { IdentifiedHandler } from '@fathom/platform/server/identified-http';
import { requireScope } from '@fathom/platform/server/scopes';
import { dataSetsByIds } from '../stores/data-sets.ts';
import type { DataSetFiles } from './data-set-files.ts';

export interface DataSetRouteParts {
  readonly database: Database;
  readonly dataSetFiles: Pick<DataSetFiles, 'fileOf'>;
}

const pathPattern = /^\/data-sets\/([\w-]{1,100})$/;

/** Needs `training:read`. Throws NOT_FOUND, and DATA_SET_CONTENT_MISSING where only the record is kept. */
export function createDataSetRoute({ database, dataSetFiles }: DataSetRouteParts): IdentifiedHandler {
  return async ({ request, response, identity, signal }) => {
    requireScope(identity, 'training:read');
    const path = request.url ?? '/';
    const [, id] = pathPattern.exec(path) ?? [];
    const [dataSet] =
      id === undefined || request.method !== 'GET'
        ? []
        : await dataSetsByIds(database, identity.tenant, [id]);
    if (!dataSet) throw raisePlatform('NOT_FOUND', { because: `${request.method} ${path}` });
    const file = await dataSetFiles.fileOf(dataSet);
    response.writeHead(200, {
      'content-type': 'application/jsonl; charset=utf-8',
      'cache-control': 'no-store',
      etag: `"${dataSet.sha256}"`,
      ...(dataSet.sizeBytes === null ? {} : { 'content-length': String(dataSet.sizeBytes) }),
    });
    await pipeline(createReadStream(file), response, { signal }).catch((error: unknown) => {
      // Whoever has left needs no answer; anything else shows as a body that ends early.
      if (!signal.aborted) throw error;
    });
  };
}
