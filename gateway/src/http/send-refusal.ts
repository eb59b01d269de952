/** The one place from which a status of 400 or more leaves: it takes a refusal that is on record. */
import type { ServerResponse } from 'node:http';
import type { RecordedRefusal } from '../audit/refusals.ts';

export interface RefusalForm {
  readonly body: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the protocol has another for it than the code has. */
  readonly status?: number;
}

export const jsonType = 'application/json; charset=utf-8';

export function sendRefusal(
  response: ServerResponse,
  refused: RecordedRefusal,
  { body, contentType = jsonType, headers, status = refused.status }: RefusalForm,
): void {
  response.writeHead(status, {
    'content-type': contentType,
    'cache-control': 'no-store',
    ...refused.headers,
    ...headers,
    // The rest of a body that is too large will not be read, so the connection cannot be used again.
    ...(status === 413 ? { connection: 'close' } : {}),
  });
  response.end(body);
}

/** As GraphQL tells it. */
export function graphqlBody({ errors }: RecordedRefusal): string {
  return JSON.stringify({ errors: errors.map((error) => error.toJSON()) });
}
