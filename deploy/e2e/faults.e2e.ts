import { createServer } from 'node:net';
import { FathomError } from '@fathom/gateway/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newHome, type Product, removeHome, startProduct } from './product.ts';

// kill -9 of each service in turn while streams run: no accepted stream is silently dropped, every token arrives exactly
// once, and the service comes back by itself.
let home: string;
let product: Product;

beforeAll(async () => {
  home = await newHome();
  product = await startProduct({ home });
});

afterAll(async () => {
  await product?.stop();
  await removeHome(home);
});

// biome-ignore lint/suspicious/noExplicitAny: test code reads answers of many shapes
type Answer = any;

const generate = `subscription ($input: GenerateInput!, $after: String) {
  generate(input: $input, after: $after) { __typename sequence cursor generation { id } ... on TokenGenerated { text tokenId } }
}`;

const input = (seed: number) => ({ prompt: 'The', raw: true, maxTokens: 120, temperature: 1.2, seed });

/** A long stream; `onToken` is called with each token's place. */
async function streamTokens(
  seed: number,
  onToken: (index: number) => void = () => {},
): Promise<{ id: string; sequences: number[]; text: string }> {
  const sequences: number[] = [];
  let id = '';
  let text = '';
  let tokens = 0;
  for await (const { generate: event } of product.client.stream<{ generate: Answer }, Answer>(generate, {
    input: input(seed),
  })) {
    id = event.generation.id;
    sequences.push(event.sequence);
    if (event.__typename !== 'TokenGenerated') continue;
    text += event.text;
    onToken(tokens);
    tokens += 1;
  }
  return { id, sequences, text };
}

/** Until a killed service is back, the outage is said with a code that may be retried. */
async function storedGeneration(id: string): Promise<Answer> {
  try {
    const query = 'query ($id: ID!) { generation(id: $id) { status text } }';
    return (await product.client.request<Answer, Answer>(query, { id })).generation;
  } catch (error) {
    if (error instanceof FathomError && error.retryable) return error.code;
    throw error;
  }
}

async function isReady(): Promise<boolean> {
  const response = await fetch(`${product.url}/readyz`).catch(() => undefined);
  return response?.status === 200;
}

describe.each(['deep-learning', 'training', 'fine-tuning', 'features', 'monitoring', 'inference', 'gateway'])(
  'kill -9 of %s',
  (service) => {
    test('while streams run: every token of every stream exactly once, and the service is back', async () => {
      const pid = await product.pidOf(service);
      if (pid === undefined) throw new Error(`${service} has no process`);
      const streams = [1, 2, 3].map((number) =>
        streamTokens(number * 100, (index) => {
          if (number === 1 && index === 2) process.kill(pid, 'SIGKILL');
        }),
      );
      const ended = await Promise.all(streams);
      await expect.poll(() => product.pidOf(service), { timeout: 60_000 }).not.toBeOneOf([pid, undefined]);
      for (const { id, sequences, text } of ended) {
        expect(sequences).toEqual(sequences.map((_, index) => index + 1));
        await expect
          .poll(() => storedGeneration(id), { timeout: 60_000 })
          .toEqual({ status: 'COMPLETED', text });
      }
    });
  },
);

describe('starting where it cannot work', () => {
  test('a port in use is named, and no banner appears', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as { port: number };
    const other = await newHome();
    await expect(
      startProduct({ home: other, env: { PORT: String(port), POSTGRES_PORT: '0' } }),
    ).rejects.toThrow(new RegExp(`before the banner:[\\s\\S]*${port}`));
    holder.close();
    await removeHome(other);
  });

  test('a second start on the same data folder is refused, and the first goes on', async () => {
    await expect(startProduct({ home })).rejects.toThrow(/before the banner/);
    expect(await isReady()).toBe(true);
  });
});
