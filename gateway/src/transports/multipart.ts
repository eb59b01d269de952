/**
 * Subscriptions as parts of a multipart body, by the protocol of Apollo Client, Kotlin and iOS (`subscriptionSpec=1.0`):
 *
 *     --graphql | content-type: application/json | {"payload": result} | --graphql | ... | {} | ... | --graphql--
 *
 * The delimiter that ends a part is sent with it: a reader takes a part for whole only when it sees the next one.
 */
import type { StreamFormat } from './result-stream.ts';

const boundary = 'graphql';
const part = (json: string): string =>
  `\r\ncontent-type: application/json; charset=utf-8\r\n\r\n${json}\r\n--${boundary}`;

export const multipartFormat: StreamFormat = {
  contentType: `multipart/mixed;boundary="${boundary}";subscriptionSpec="1.0"`,
  // An empty object is a heartbeat and no result.
  heartbeat: part('{}'),
  transport: 'multipart',
  opening: `\r\n--${boundary}`,
  tellsIds: false,
  next: (json) => part(`{"payload":${json}}`),
  complete: '--\r\n',
};

/** Says nothing of queries: clients name this beside `application/json` for every operation. */
export function acceptsMultipart(accept: string | undefined): boolean {
  return /multipart\/mixed[^,]*;\s*subscriptionSpec="?1\.0"?/i.test(accept ?? '');
}
