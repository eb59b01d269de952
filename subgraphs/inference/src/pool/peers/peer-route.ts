/** What this process computes for its peers: the paths that `peer-protocol.ts` describes, as the server has them. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { raisePlatform } from '@fathom/platform/errors';
import { send } from '@fathom/platform/server/health';
import type { IdentifiedExchange } from '@fathom/platform/server/identified-http';
import { readJsonBody } from '@fathom/platform/server/read-body';
import { requireScope } from '@fathom/platform/server/scopes';
import type { Route } from '@fathom/platform/server/subgraph-server';
import { z } from 'zod';
import type { EngineRequest } from '../../engine/protocol.ts';
import { raise } from '../../errors.ts';
import type { Deployments } from '../../runtime/deployments.ts';
import type { EnginePool } from '../engine-pool.ts';
import {
  type PeerEvent,
  type PeerReport,
  peerProtocol,
  peerRequestSchema,
  peerScope,
  reportPath,
  requestsPath,
} from './peer-protocol.ts';

export interface PeerRouteOptions {
  readonly instance: string;
  readonly pool: EnginePool;
  readonly deployments: Pick<Deployments, 'acquire'>;
}

/** A context of a million tokens as JSON. */
const maxBodyBytes = 16 * 1024 * 1024;

export function createPeerRoute(options: PeerRouteOptions): Route {
  return { body: 'bound', handle: (exchange) => answer(exchange, options) };
}

async function answer(exchange: IdentifiedExchange, options: PeerRouteOptions): Promise<void> {
  const { request, response, identity, confirm } = exchange;
  requireScope(identity, peerScope);
  const asked = `${request.method} ${request.url?.split('?', 1)[0]}`;
  if (asked === `GET ${reportPath}`) {
    await confirm(undefined);
    send(response, 200, 'application/json', JSON.stringify(reportOf(options)));
  } else if (asked === `POST ${requestsPath}`) await compute(exchange, options);
  else throw raisePlatform('NOT_FOUND');
}

function reportOf({ instance, pool }: PeerRouteOptions): PeerReport {
  const { resident, replicaId, atMs, ...own } = pool.ownReport();
  return {
    protocol: peerProtocol,
    instance,
    ...own,
    models: [...pool.ownModels()],
    devices: pool.snapshots().map((device) => ({ ...device, loaded: [...device.loaded] })),
  };
}

async function compute(exchange: IdentifiedExchange, { pool, deployments }: PeerRouteOptions): Promise<void> {
  const { response, signal } = exchange;
  const engineRequest = await readRequest(exchange);
  // Only what is loaded: a peer that asks has it too, and would have to wait longer here.
  const versionId = engineRequest.adapter ?? engineRequest.lane;
  if (!pool.ownModels().some((model) => model.versionId === versionId)) throw raise('MODEL_NOT_READY');
  const acquired = await deployments.acquire(versionId);
  if (acquired.kind !== 'ready') throw raise('MODEL_NOT_READY', { because: acquired.detail });
  try {
    if (!pool.hasRoom()) throw raise('OVERLOADED');
    await relay(engineRequest, { pool, response, signal });
  } finally {
    acquired.release();
  }
}

async function readRequest({ request, confirm }: IdentifiedExchange): Promise<EngineRequest> {
  const parsed = peerRequestSchema.safeParse(await readJsonBody(request, maxBodyBytes, confirm));
  if (!parsed.success) throw raisePlatform('BAD_USER_INPUT', { because: z.prettifyError(parsed.error) });
  // Under a name of its own: its generation may come to run here as well, when the peer is lost.
  return { ...parsed.data, id: `peer/${randomUUID()}` };
}

interface RelayOptions {
  readonly pool: EnginePool;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
}

function relay(request: EngineRequest, { pool, response, signal }: RelayOptions): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  const tell = (event: PeerEvent): void => {
    response.write(`${JSON.stringify(event)}\n`);
  };
  return new Promise((resolve) => {
    const end = (event: PeerEvent): void => {
      signal.removeEventListener('abort', leave);
      response.end(`${JSON.stringify(event)}\n`, () => resolve());
      if (response.destroyed) resolve();
    };
    const leave = (): void => {
      pool.cancel(request.id);
      end({ type: 'released' });
    };
    signal.addEventListener('abort', leave, { once: true });
    pool.submitHere(request, {
      placed: (deviceId) => tell({ type: 'placed', deviceId }),
      admitted: () => tell({ type: 'admitted' }),
      token: ({ id, ...token }) =>
        tell({ type: 'token', ...token, top: token.top?.map((one) => ({ ...one })) }),
      ended: ({ kind, ...rest }) => {
        if (!signal.aborted) end({ type: kind, ...rest } as PeerEvent);
      },
    });
    if (signal.aborted) leave();
  });
}
