/** A client of nothing but HTTP, as anybody can write one: it reads a stream as bytes and comes again behind the last whole event. */
import type { GraphQLAnswer } from './test-gateway.ts';

/** Of server-sent events, the second takes the ids of events for cursors, as EventSource does, and never says `$after`. */
export type HttpStream = 'server-sent events' | 'server-sent events with ids' | 'multipart';

interface Format {
  readonly accept: string;
  /** Ends a piece of the body. */
  readonly end: string;
  /** Whether what is left says that the stream is over. */
  isEnd(rest: string): boolean;
  /** The result in a piece; nothing where it is a heartbeat or the beginning. */
  read(piece: string): GraphQLAnswer | undefined;
  /** The id in a piece; without it, the reader looks for a cursor in the result. */
  idOf?(piece: string): string | undefined;
}

const serverSentEvents: Format = {
  accept: 'text/event-stream',
  end: '\n\n',
  isEnd: (rest) => rest === 'event: complete\ndata:\n\n',
  read(piece) {
    const data = /^event: next\n(?:id: .*\n)?data: (.*)$/s.exec(piece)?.[1];
    return data === undefined ? undefined : (JSON.parse(data) as GraphQLAnswer);
  },
};

const formats: Readonly<Record<HttpStream, Format>> = {
  'server-sent events': serverSentEvents,
  'server-sent events with ids': {
    ...serverSentEvents,
    idOf: (piece) => /^id: (.*)$/m.exec(piece)?.[1],
  },
  multipart: {
    accept: 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0", application/json',
    end: '\r\n--graphql',
    // No delimiter follows the last one.
    isEnd: (rest) => rest === '--\r\n',
    read(piece) {
      const [, json = ''] = piece.split('\r\n\r\n', 2);
      return json === '' || json === '{}'
        ? undefined
        : (JSON.parse(json) as { payload: GraphQLAnswer }).payload;
    },
  },
};

export interface ReaderOptions {
  readonly url: string;
  readonly key: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface ReaderCounts {
  /** Connections that were lost. */
  lost: number;
  /** Of these, with a piece of an event in hand. */
  withinEvent: number;
}

/** The data of each event, exactly once; ends with the stream's own end. Throws what is not to be tried again. */
export async function* readResuming(
  kind: HttpStream,
  options: ReaderOptions,
  counts: ReaderCounts,
): AsyncGenerator<Record<string, unknown>> {
  const format = formats[kind];
  let after: unknown;
  for (;;) {
    let text = '';
    try {
      for await (const { result, id, rest } of readOnce(format, options, after)) {
        text = rest;
        if (result === 'end') return;
        if (result === undefined) continue;
        const { data, errors } = result;
        if (errors?.[0]?.extensions['retryable'] === true) break;
        if (errors || !data) throw new Refused(JSON.stringify(errors));
        yield data;
        after = format.idOf ? id : (Object.values(data)[0] as { cursor: unknown }).cursor;
      }
    } catch (error) {
      if (error instanceof Refused) throw error;
    }
    counts.lost += 1;
    if (text !== '') counts.withinEvent += 1;
  }
}

class Refused extends Error {}

interface Piece {
  readonly result?: GraphQLAnswer | 'end' | undefined;
  readonly id?: string | undefined;
  /** What of the next is there. */
  readonly rest: string;
}

/** Results as they come. */
async function* readOnce(
  { accept, end, isEnd, read, idOf }: Format,
  { url, key, query, variables }: ReaderOptions,
  after: unknown,
): AsyncGenerator<Piece> {
  const headers = { 'content-type': 'application/json', accept, 'x-api-key': key };
  const isById = idOf !== undefined && after !== undefined;
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: isById ? { ...headers, 'last-event-id': String(after) } : headers,
    body: JSON.stringify({ query, variables: isById ? variables : { ...variables, after } }),
  });
  if (!response.body) throw new Error('the response has no body');
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let at = text.indexOf(end); at >= 0; at = text.indexOf(end)) {
      if (isEnd(text)) break;
      const piece = text.slice(0, at).replace(/^\r\n/, '');
      text = text.slice(at + end.length);
      yield { result: read(piece), id: idOf?.(piece), rest: text };
    }
    if (isEnd(text)) yield { result: 'end', rest: '' };
    else yield { rest: text };
  }
  throw new Error('the body ended early');
}
