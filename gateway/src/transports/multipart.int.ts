/** Multipart subscriptions: byte for byte as the protocol's text has them, and as Apollo Client reads them. */
import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestGraph, type TestGraph } from '../../test/test-graph.ts';

let graph: TestGraph;
let client: ApolloClient;
beforeAll(async () => {
  graph = await startTestGraph();
  client = new ApolloClient({
    link: new HttpLink({ uri: `${graph.url}/graphql`, headers: { 'x-api-key': graph.key } }),
    cache: new InMemoryCache(),
  });
});
afterAll(async () => {
  client.stop();
  await graph.close();
});

const accept = { accept: 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0", application/json' };
const said = 'subscription S($t: String!) { said(topic: $t) { text author { name } } }';

/** Decoded text as it arrives, from one read to the next. */
function reader(response: Response) {
  const chunks = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    async until(end: string): Promise<string> {
      while (!text.includes(end)) {
        const { done, value } = (await chunks?.read()) ?? { done: true, value: undefined };
        if (done) throw new Error(`the body ended before ${JSON.stringify(end)}: ${JSON.stringify(text)}`);
        text += value;
      }
      const at = text.indexOf(end) + end.length;
      const taken = text.slice(0, at);
      text = text.slice(at);
      return taken;
    },
    ended: async () => text === '' && ((await chunks?.read())?.done ?? true),
  };
}

describe('the bytes', () => {
  test('are a part for each result, ended as it is sent, and the closing delimiter', async () => {
    const response = await graph.post({ query: said, variables: { t: 'a' } }, accept);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(
      'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"',
    );
    const body = reader(response);
    expect(await body.until('--graphql')).toBe('\r\n--graphql');
    const topic = await graph.chat.nextTopic();
    for (const text of ['one', 'line\r\n--graphql\r\nbreak']) {
      topic.queue.push({ text, author: 'ada' });
      const part = await body.until('}}}}\r\n--graphql');
      const [head, json] = part.split('\r\n\r\n');
      expect(head?.trim().toLowerCase()).toBe('content-type: application/json; charset=utf-8');
      expect(JSON.parse(json?.replace(/\r\n--graphql$/, '') ?? '')).toEqual({
        payload: { data: { said: { text, author: { name: 'Ada' } } } },
      });
    }
    topic.queue.end();
    expect(await body.until('\r\n')).toBe('--\r\n');
    expect(await body.ended()).toBe(true);
  });

  test('carry an error of the stream in the payload, then end', async () => {
    const body = reader(await graph.post({ query: said, variables: { t: 'a' } }, accept));
    await graph.chat.nextTopic();
    graph.chatWire.cut();
    expect(await body.until('--graphql--')).toContain('"code":"SUBGRAPH_UNAVAILABLE"');
    graph.chatWire.mend();
  });

  test('are plain JSON for a query, and for what is refused', async () => {
    const query = await graph.post({ query: '{ message(topic: "t") { text } }' }, accept);
    expect(query.headers.get('content-type')).toContain('application/json');
    expect(await query.json()).toEqual({ data: { message: { text: 't' } } });
    const refused = await graph.post({ query: 'subscription { nope }' }, accept);
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
    ]);
  });

  test('are asked for by the exact media type: another revision of the protocol is not taken for this one', async () => {
    const other = { accept: 'multipart/mixed;subscriptionSpec="2.0", application/json' };
    expect((await graph.post({ query: said, variables: { t: 'a' } }, other)).status).toBe(406);
  });
});

describe('Apollo Client', () => {
  const document = gql(said);

  test('receives each event, and the end', async () => {
    const texts: unknown[] = [];
    const ended = new Promise<void>((resolve, reject) => {
      client
        .subscribe<{ said: { text: string } }>({ query: document, variables: { t: 'apollo' } })
        .subscribe({
          next: ({ data }) => void texts.push(data?.said.text),
          error: reject,
          complete: resolve,
        });
    });
    const topic = await graph.chat.nextTopic();
    for (const text of ['one', 'two 🐟']) topic.queue.push({ text, author: 'bob' });
    topic.queue.end();
    await ended;
    expect(texts).toEqual(['one', 'two 🐟']);
  });

  test('that unsubscribes leaves the work resumable', async () => {
    const subscription = client.subscribe({ query: document, variables: { t: 'leaving' } }).subscribe({});
    const topic = await graph.chat.nextTopic();
    subscription.unsubscribe();
    expect(await topic.left.promise).toBe('DISCONNECTED');
  });

  test('reads queries, and the code of what is refused', async () => {
    const { data } = await client.query({ query: gql('{ message(topic: "q") { text } }') });
    expect(data).toMatchObject({ message: { text: 'q' } });
    const error: unknown = await client.query({ query: gql('{ nope }') }).catch((reason: unknown) => reason);
    expect(CombinedGraphQLErrors.is(error) && error.errors[0]?.extensions?.['code']).toBe(
      'GRAPHQL_VALIDATION_FAILED',
    );
  });
});
