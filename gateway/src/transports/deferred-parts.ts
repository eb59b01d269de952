/**
 * An answer in parts on one response of HTTP, by the incremental delivery that Apollo Client reads (`deferSpec=20220824`):
 *
 *     --- | content-type: application/json | {"data": ..., "hasNext": true} | --- | {"incremental": [...], "hasNext": false} | -----
 *
 * The delimiter that ends a part is sent with it: a reader takes a part for whole only when it sees the next one. A part is
 * made when the socket has taken the one before; a client that leaves ends what is fetched for the rest.
 */
import type { ServerResponse } from 'node:http';
import type { AnswerPart } from '../execution/incremental.ts';
import { beginStream, type StreamHead, writeTaken } from '../http/event-stream.ts';
import type { OperationRecord } from '../observability/operation-log.ts';

const boundary = '-';

const head: StreamHead = {
  contentType: `multipart/mixed;boundary="${boundary}";deferSpec=20220824`,
  // An answer ends with its slowest fetch, which has a deadline.
  heartbeat: '',
};

/** Clients name it beside plain JSON, for every operation. */
export function acceptsDeferredParts(accept: string | undefined): boolean {
  return accept !== undefined && /multipart\/mixed[^,]*;\s*deferSpec="?20220824"?/i.test(accept);
}

export async function sendParts(
  response: ServerResponse,
  parts: AsyncGenerator<AnswerPart, void, void>,
  record: Pick<OperationRecord, 'sent'>,
): Promise<void> {
  beginStream(response, head);
  response.write(`\r\n--${boundary}`);
  for await (const part of parts) {
    const end = part.hasNext ? '' : '--\r\n';
    const json = JSON.stringify(part);
    record.sent(Buffer.byteLength(json));
    await writeTaken(
      response,
      `\r\ncontent-type: application/json; charset=utf-8\r\n\r\n${json}\r\n--${boundary}${end}`,
    );
    if (response.destroyed) break;
  }
  response.end();
}
