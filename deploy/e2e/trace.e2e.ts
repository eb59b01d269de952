import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readOperation } from '@fathom/schema/operations';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newHome, type Product, removeHome, startProduct } from './product.ts';

// One trace from the client's `traceparent` to the SQL, as an OTLP collector receives it from all services.
let home: string;
let product: Product;
let collector: Collector;

beforeAll(async () => {
  home = await newHome();
  collector = await startCollector();
  product = await startProduct({
    home,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '200' },
  });
});

afterAll(async () => {
  await product?.stop();
  collector?.server.close();
  await removeHome(home);
});

interface ReceivedSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
}

interface Collector {
  readonly url: string;
  readonly server: Server;
  readonly spans: ReceivedSpan[];
}

interface OtlpTraces {
  readonly resourceSpans: readonly {
    readonly resource: {
      readonly attributes: readonly {
        readonly key: string;
        readonly value: { readonly stringValue?: string };
      }[];
    };
    readonly scopeSpans: readonly { readonly spans: readonly Omit<ReceivedSpan, 'service'>[] }[];
  }[];
}

/** Takes OTLP over HTTP in JSON, which is what the exporter sends. */
async function startCollector(): Promise<Collector> {
  const spans: ReceivedSpan[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as OtlpTraces;
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
      for (const scope of scopeSpans) spans.push(...scope.spans.map((span) => ({ ...span, service })));
    }
    response.setHeader('content-type', 'application/json').end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, spans };
}

test("a client's trace goes through the gateway, inference and its engine to the database", async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const response = await fetch(`${product.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      'x-api-key': product.adminKey,
      traceparent: `00-${traceId}-b7ad6b7169203331-01`,
    },
    body: JSON.stringify({
      query: readOperation('ask'),
      variables: { input: { question: 'What is the capital of Norway?', useCache: false } },
    }),
  });
  expect(await response.text()).toContain('GenerationCompleted');
  const inTrace = () => collector.spans.filter((span) => span.traceId === traceId);
  await expect
    .poll(() => inTrace().map(({ service, name }) => `${service}: ${name}`), { timeout: 30_000 })
    .toEqual(
      expect.arrayContaining([
        'gateway: POST /graphql',
        'inference: graphql.subscription',
        'inference: inference.generation',
        'inference: engine.decode',
        'inference: postgres INSERT',
      ]),
    );

  // Every span but the client's own has its parent in the trace: nothing is told apart from what caused it.
  const ids = new Set(['b7ad6b7169203331', ...inTrace().map(({ spanId }) => spanId)]);
  await expect
    .poll(() => {
      for (const { spanId } of inTrace()) ids.add(spanId);
      return inTrace().filter(({ parentSpanId }) => !ids.has(parentSpanId ?? ''));
    })
    .toEqual([]);
});
