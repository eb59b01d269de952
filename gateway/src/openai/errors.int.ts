/** What `/v1` refuses, and what fails on its way, as OpenAI's own client library and bare HTTP see it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chatMessages, type OpenAiGraph, startOpenAiGraph } from '../../test/openai-graph.ts';

let graph: OpenAiGraph;
let openai: OpenAiGraph['openai'];
beforeAll(async () => {
  graph = await startOpenAiGraph();
  openai = graph.openai;
});
afterAll(() => graph.close());

describe('an error', () => {
  const refused: readonly [string, object, object][] = [
    ['an unknown model', { model: 'nonsense' }, { status: 404, code: 'UNKNOWN_MODEL', param: 'model' }],
    ['a full queue', { model: 'busy' }, { status: 429, code: 'OVERLOADED', type: 'rate_limit_error' }],
    [
      'a value out of range',
      { model: 'strict' },
      { status: 400, code: 'INVALID_INPUT', param: 'temperature' },
    ],
    ['no messages', { messages: [] }, { status: 400, code: 'BAD_USER_INPUT', param: 'messages' }],
    ['too many choices', { n: 17 }, { status: 400, code: 'BAD_USER_INPUT', param: 'n' }],
    [
      'a picture',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] },
      { status: 400, code: 'BAD_USER_INPUT' },
    ],
  ];
  for (const [what, change, expected] of refused)
    for (const stream of [false, true])
      test(`for ${what} has its status and the platform's code, ${stream ? 'streamed' : 'whole'}`, async () => {
        const body = { model: 'fathom', messages: chatMessages, stream, ...change };
        await expect(openai.chat.completions.create(body as never)).rejects.toMatchObject(expected);
      });

  test('that can be retried says when', async () => {
    const response = await graph.postJson('chat/completions', { model: 'busy', messages: chatMessages });
    expect(response.headers.get('retry-after-ms')).toBe('1');
    expect(await response.json()).toMatchObject({ error: { code: 'OVERLOADED', type: 'rate_limit_error' } });
  });

  test('of a generation that fails while it streams ends the stream', async () => {
    const stream = openai.chat.completions.create({ model: 'fathom', messages: chatMessages, stream: true });
    const asked = await graph.nextGeneration();
    asked.routed();
    asked.text('Par');
    asked.failed('DEVICE_LOST', 'The device was lost.');
    const read = async () => {
      for await (const _ of await stream);
    };
    await expect(read()).rejects.toMatchObject({ code: 'DEVICE_LOST' });
  });

  test('for a key that is unknown, or lacks the scope', async () => {
    const stranger = graph.openaiWith('sk-unknown');
    await expect(stranger.models.list()).rejects.toMatchObject({
      status: 401,
      code: 'UNAUTHENTICATED',
      type: 'authentication_error',
    });
    await expect
      .poll(() => graph.audited.map(({ transport, outcome }) => `${transport} ${outcome}`))
      .toContain('openai UNAUTHENTICATED');
    const { key } = await graph.issueKey({ roles: ['viewer'] });
    const reader = graph.openaiWith(key);
    await expect(
      reader.chat.completions.create({ model: 'fathom', messages: chatMessages }),
    ).rejects.toMatchObject({
      status: 403,
      code: 'FORBIDDEN',
      type: 'permission_error',
    });
    expect((await reader.models.list()).data.length).toBeGreaterThan(0);
  });

  test('for a path that is none, a body that is none, and a body too large', async () => {
    expect((await graph.postJson('audio/speech', {})).status).toBe(404);
    const notJson = await fetch(`${graph.url}/v1/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${graph.key}` },
      body: '{',
    });
    expect([notJson.status, await notJson.json()]).toMatchObject([
      400,
      { error: { code: 'BAD_USER_INPUT' } },
    ]);
    expect((await graph.postJson('completions', { prompt: 'x'.repeat(2 ** 20) })).status).toBe(413);
  });
});
