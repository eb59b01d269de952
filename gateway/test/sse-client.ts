/** Reads server-sent events as `curl -N` shows them. */
export interface SseEvent {
  readonly event: string;
  readonly data: string;
  /** Absent where the event has none. */
  readonly id?: string;
}

/** The events of a response, until it ends. Comments are skipped. */
export async function* readEvents(response: Response): AsyncGenerator<SseEvent> {
  if (!response.body) throw new Error('the response has no body');
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      if (!block.startsWith(':')) yield parseBlock(block);
    }
  }
}

function parseBlock(block: string): SseEvent {
  const fields = new Map(block.split('\n').map((line) => line.split(/: ?(.*)/s, 2) as [string, string]));
  const id = fields.get('id');
  return {
    event: fields.get('event') ?? '',
    data: fields.get('data') ?? '',
    ...(id === undefined ? {} : { id }),
  };
}
