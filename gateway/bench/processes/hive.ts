/** The other peer in a process of its own: Hive Gateway as its documentation puts it together, with either planner. */
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { identityHeader } from '@fathom/platform/identity';
import { type BenchKey, peerSignerOf, tokenOf } from './identity.ts';
import { configurationOf, serve } from './process.ts';

interface HiveGateway {
  createGatewayRuntime(options: object): RequestListener;
}

const { key, supergraphFile, folder, rustPlanner } = configurationOf<{
  readonly key: BenchKey;
  readonly supergraphFile: string;
  readonly folder: string;
  readonly rustPlanner: boolean;
}>();
const fromFolder = createRequire(join(folder, 'package.json'));
const { createGatewayRuntime } = fromFolder('@graphql-hive/gateway') as HiveGateway;

// The subgraphs refuse who cannot show a signed identity; it is signed anew before it gets old, not for each request.
const signer = peerSignerOf(key);
const tokens = new Map<string, string>();
async function sign(): Promise<void> {
  for (const service of ['shop', 'people']) tokens.set(service, await tokenOf(signer, service));
  // Its WebSocket transport takes connection parameters from the environment; only the shop has streams.
  process.env['BENCH_IDENTITY'] = tokens.get('shop');
}
await sign();
setInterval(sign, 5_000).unref();

const gateway = createGatewayRuntime({
  supergraph: await readFile(supergraphFile, 'utf8'),
  logging: false,
  propagateHeaders: {
    fromClientToSubgraphs: ({ subgraphName }: { subgraphName: string }) => ({
      [identityHeader]: tokens.get(subgraphName),
    }),
  },
  transportEntries: {
    '*.http': {
      options: {
        subscriptions: { kind: 'ws', options: { connectionParams: { identity: '{env.BENCH_IDENTITY}' } } },
      },
    },
  },
  ...(rustPlanner ? fromFolder('@graphql-hive/router-runtime') : {}),
});
const server = createServer(gateway);
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  serve({ url: `http://127.0.0.1:${port}/graphql`, headers: {} });
});
